/** The registry of models as front ends see and change it. How it is kept is `clients/`, where programs change it, too. */
export { RegistryEditor } from './editor';
export { GateKeeper } from './gateKeeper';
export { gateQueries } from './gateQueries';
export { registryQueries } from './queries';
