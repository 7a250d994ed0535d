/** The protocols that an endpoint speaks. Of two that know a path, the first one answers. */
import type { Dialect } from '../dialect';
import { azure } from './azure';
import { house } from './house';
import { kserve } from './kserve';
import { mlflow } from './mlflow';
import { oip } from './oip';
import { tensorflow } from './tensorflow';
import { torchserve } from './torchserve';

export const DIALECTS: readonly Dialect[] = [oip, mlflow, kserve, tensorflow, torchserve, azure, house];
