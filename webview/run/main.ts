/** Starts the run page. The extension's HTML needs a body, this script and its style sheet, nothing else. */
import '../jitless';
import { type runPageCommands, runPageRequests } from '../../src/protocol/pages/run';
import { Host, type Wire } from '../host';
import './page';
import './run.css';

const wire: Wire = acquireVsCodeApi();
const host = new Host<typeof runPageRequests, typeof runPageCommands>(wire, runPageRequests);
window.addEventListener('message', (event: MessageEvent<unknown>) => host.receive(event.data));

const page = document.createElement('lw-run-page');
Object.assign(page, { host });
document.body.append(page);
