/** What an endpoint takes and gives, in all of its protocols, as OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.0). */
import { BUILD } from '../protocol/version';
import { type Dialect, JSON_TYPE, type Route, type Served } from './dialect';
import { pathsOf } from './route';
import type { Schema } from './schema';

type Told = Pick<Served, 'name' | 'version' | 'signature'>;

/** Those that are told of, without the bare slash that some may end in. */
export const toldPaths = ({ path, told }: Route): string[] =>
  told ? pathsOf(path).filter((one) => one === '/' || !one.endsWith('/')) : [];

export function openApiOf(dialects: readonly Dialect[], served: Told): string {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const dialect of dialects)
    for (const route of dialect.routes)
      for (const path of toldPaths(route)) {
        const methods = (paths[path] ??= {});
        methods[route.method.toLowerCase()] ??= operation(dialect, route, path, served);
      }
  return JSON.stringify({
    openapi: '3.1.0',
    info: { title: served.name, version: served.version, description: `Served by Loopwright ${BUILD.version}.` },
    tags: dialects.map(({ name }) => ({ name })),
    paths,
  });
}

function operation(dialect: Dialect, { method, told }: Route, path: string, served: Told): unknown {
  const { signature } = served;
  const asks = told?.asks?.(signature);
  return {
    tags: [dialect.name],
    summary: told?.summary,
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^A-Za-z0-9]+/g, '_')}`,
    parameters: [...path.matchAll(/{(\w+)}/g)].map(([, name = '']) => parameter(name, served)),
    ...(asks ? { requestBody: { required: true, content: content(asks) } } : {}),
    responses: {
      200: { description: 'The answer', content: content(told?.gives?.(signature) ?? {}, told?.type) },
      default: { description: `As ${dialect.name} fails`, content: content(dialect.failure) },
    },
  };
}

const content = (schema: Schema, type = JSON_TYPE): unknown => ({ [type]: { schema } });

function parameter(name: string, { name: model, version }: Told): unknown {
  const known = name === 'model' ? model : name === 'version' ? version : undefined;
  return { name, in: 'path', required: true, schema: { type: 'string', ...(known ? { enum: [known] } : {}) } };
}
