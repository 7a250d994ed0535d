import '../first';
import '../jitless';
import { runPageRequests } from '../../src/protocol/pages/run';
import { startPage } from '../start';
import './page';
import './run.css';

startPage('lw-run-page', runPageRequests);
