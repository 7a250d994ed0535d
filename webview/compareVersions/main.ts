import '../first';
import '../jitless';
import { compareVersionsRequests } from '../../src/protocol/pages/compareVersions';
import '../run/run.css';
import { startPage } from '../start';
import './page';

startPage('lw-compare-versions', compareVersionsRequests);
