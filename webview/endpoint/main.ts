import '../first';
import '../jitless';
import { endpointPageRequests } from '../../src/protocol/pages/endpoint';
import '../run/run.css';
import { startPage } from '../start';
import './page';

startPage('lw-endpoint', endpointPageRequests);
