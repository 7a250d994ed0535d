/** Starts the page. The extension's HTML needs a body, this script and its style sheet, nothing else. */
import '../jitless';
import { type compareCommands, compareRequests } from '../../src/protocol/pages/compare';
import { Host, type Wire } from '../host';
import '../run/run.css';
import './page';

const wire: Wire = acquireVsCodeApi();
const host = new Host<typeof compareRequests, typeof compareCommands>(wire, compareRequests);
window.addEventListener('message', (event: MessageEvent<unknown>) => host.receive(event.data));

const page = document.createElement('lw-compare-runs');
Object.assign(page, { host });
document.body.append(page);
