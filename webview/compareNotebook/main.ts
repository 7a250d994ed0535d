/** Starts the page. The extension's HTML needs a body, this script and its style sheet, nothing else. */
import '../jitless';
import { type compareNotebookCommands, compareNotebookRequests } from '../../src/protocol/pages/compareNotebook';
import { Host, type Wire } from '../host';
import '../run/run.css';
import './page';

const wire: Wire = acquireVsCodeApi();
const host = new Host<typeof compareNotebookRequests, typeof compareNotebookCommands>(wire, compareNotebookRequests);
window.addEventListener('message', (event: MessageEvent<unknown>) => host.receive(event.data));

const page = document.createElement('lw-compare-page');
Object.assign(page, { host });
document.body.append(page);
