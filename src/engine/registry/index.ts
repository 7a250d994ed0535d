/** The registry of models as front ends see it. How it is kept is `clients/`, where programs change it, too. */
export { registryQueries } from './queries';
export { RegistryEditor } from './editor';
