import '../first';
import '../jitless';
import { compareNotebookRequests } from '../../src/protocol/pages/compareNotebook';
import '../run/run.css';
import { startPage } from '../start';
import './page';

startPage('lw-compare-page', compareNotebookRequests);
