import '../first';
import '../jitless';
import { runPageRequests } from '../../src/protocol/pages/run';
import { startPage } from '../start';
import { prepareDrawing } from '../charts/drawing';
import './page';
import './run.css';

startPage('lw-run-page', runPageRequests);
// While nothing else is to be done: the run has been asked for.
setTimeout(prepareDrawing);
