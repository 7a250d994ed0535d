/** gRPC's own question whether a server can be asked (https://grpc.io/docs/guides/health-checking): once, or until told otherwise. */
import { Failure } from '../../failure';
import { enumeration, message, string } from '../message';
import { method, type Service } from '../service';

export const HealthCheckRequest = message('grpc.health.v1.HealthCheckRequest', { service: string(1) });
export const HealthCheckResponse = message('grpc.health.v1.HealthCheckResponse', { status: enumeration(1) });
const [SERVING, NOT_SERVING, SERVICE_UNKNOWN] = [1, 2, 3];

/** @param services those that are there beside it */
export function healthOf(services: readonly Service[]): Service {
  const known = new Set(['', 'grpc.health.v1.Health', ...services.map(({ name }) => name)]);
  return {
    name: 'grpc.health.v1.Health',
    methods: [
      method(
        'Check',
        HealthCheckRequest,
        HealthCheckResponse,
        ({ service }, { isReady }) => {
          if (!known.has(service)) throw new Failure('not_found', 'unknown service');
          return { status: isReady ? SERVING : NOT_SERVING };
        },
        { isOpen: true },
      ),
      method(
        'Watch',
        HealthCheckRequest,
        HealthCheckResponse,
        ({ service }, { isReady }) => ({
          status: known.has(service) ? (isReady ? SERVING : NOT_SERVING) : SERVICE_UNKNOWN,
        }),
        { isOpen: true, isWatched: true },
      ),
    ],
  };
}
