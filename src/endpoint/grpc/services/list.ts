/** The gRPC services that an endpoint has. */
import type { Service } from '../service';
import { healthOf } from './health';
import { inference } from './inference';
import { tensorflow } from './tensorflow';

const MODELS: readonly Service[] = [inference, ...tensorflow];

export const SERVICES: readonly Service[] = [...MODELS, healthOf(MODELS)];
