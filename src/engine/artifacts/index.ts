/** Where the artifacts of runs and of logged models lie, as the rest of the engine sees it. */
export { type ArtifactOwner, artifactFolder, checkArtifactPath, DRAFT, isInside } from './places';
