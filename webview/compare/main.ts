import '../first';
import '../jitless';
import { compareRequests } from '../../src/protocol/pages/compare';
import '../run/run.css';
import { startPage } from '../start';
import './page';

startPage('lw-compare-runs', compareRequests);
