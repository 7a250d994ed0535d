/** What is loaded when it is asked for; `index.ts` does so. */
export { freeSpace, removeAsShown, reviewRemoval } from '../commands/freeSpace';
export { ConfigFeatures } from '../config/features';
export { EditRuns } from '../commands/editRuns';
export { copyTrackingUri } from '../commands/copyTrackingUri';
export { exportRuns } from '../exports/exportRuns';
export { chooseAndImport } from '../imports/importInto';
export { offerToImport } from '../imports/offer';
export { CompareRunsPanels } from '../panels/compareRunsPanel';
export { CompareVersionsPanels } from '../panels/compareVersionsPanel';
export { ModelVersionPanels } from '../panels/modelVersionPanel';
export { ModelCommands } from '../models/commands';
export { ModelsTree } from '../models/tree';
export { ServerCommands } from '../servers/commands';
export { ServerTree } from '../servers/tree';
export { savePicture, savePoints, saveText } from '../panels/chartFiles';
export { chooseGrouping, chooseOrder } from '../views/runs/query/choose';
export { chooseColumns } from '../views/runs/query/chooseColumns';
export { chooseFilter } from '../views/runs/query/chooseFilter';
