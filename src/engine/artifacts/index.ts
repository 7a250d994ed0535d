/** Where the artifacts of runs, of logged models and of registered versions lie, as the rest of the engine sees it. */
export { isInside } from '../../protocol/node/inside';
export {
  type ArtifactOwner,
  type ArtifactPlace,
  artifactFolder,
  artifactPlace,
  checkArtifactPath,
  DRAFT,
  isVersionFiles,
  versionFolder,
} from './places';
export { pathInOurs, readSource, type Source } from './sources';
