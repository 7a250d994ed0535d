/** Where the artifacts of runs, of logged models and of registered versions lie, as the rest of the engine sees it. */
export {
  type ArtifactOwner,
  type ArtifactPlace,
  artifactFolder,
  artifactPlace,
  checkArtifactPath,
  DRAFT,
  isInside,
  isVersionFiles,
  versionFolder,
} from './places';
export { pathInOurs, readSource, type Source } from './sources';
