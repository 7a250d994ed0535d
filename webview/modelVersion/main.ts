import '../first';
import '../jitless';
import { modelVersionRequests } from '../../src/protocol/pages/modelVersion';
import '../run/run.css';
import { startPage } from '../start';
import './page';

startPage('lw-model-version', modelVersionRequests);
