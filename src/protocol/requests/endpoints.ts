/** Endpoints of the store, and what has to be known of a model to serve it. */
import * as z from 'zod';
import type {
  EndpointCall,
  EndpointChange,
  EndpointChanged,
  EndpointFile,
  EndpointRow,
  ServedModel,
} from '../endpoints';
import type { EndpointLook, Given, LoggedLook, TableRows, Tried, TryForm } from '../pages/endpoint';
import type { ScoreOrder } from '../score';
import { Nothing, read, write } from './define';

export const EmbeddingLanguage = z.enum(['python', 'node', 'csharp', 'cpp']);
export type EmbeddingLanguage = z.infer<typeof EmbeddingLanguage>;

const VersionOf = z.object({ name: z.string(), which: z.union([z.number().int(), z.string()]) });
const Code = z.object({ code: z.string() });

export const endpointRequests = {
  /** Those whose process lives, by name. `endpoints.ts` has their form. */
  'endpoints/list': read(Nothing, z.object({ endpoints: z.array(z.custom<EndpointFile>()) })),
  /** All of them, those that are being started and those that have died among them, with what they have to do. */
  'endpoints/rows': read(Nothing, z.object({ endpoints: z.array(z.custom<EndpointRow>()) })),
  /** A request that it answers: the input example of its version, or zeros. */
  'endpoints/call': read(z.object({ name: z.string() }), z.custom<EndpointCall>()),
  /** How one is, what it did since then, and what it says of itself. What it did is kept while somebody looks. */
  'endpoints/look': read(z.object({ name: z.string(), sinceMs: z.number().optional() }), z.custom<EndpointLook>()),
  /** What it takes, with values to begin with. `pages/endpoint.ts` has its form. */
  'endpoints/form': read(z.object({ name: z.string() }), z.custom<TryForm>()),
  /** Asks it. What it can't take is `bad_request`; what it answers, whatever that is, is the result. */
  'endpoints/try': read(z.object({ name: z.string(), given: z.custom<Given>() }), z.custom<Tried>()),
  /** The first rows of a table of this machine, by its absolute path, as the form takes them. */
  'endpoints/table': read(z.object({ name: z.string(), path: z.string() }), z.custom<TableRows>()),
  /** What its log has of one request. */
  'endpoints/logged': read(
    z.object({ name: z.string(), id: z.string(), timeMs: z.number(), tookMs: z.number() }),
    z.custom<LoggedLook>(),
  ),
  /** Takes one that has died from the list. */
  'endpoints/forget': write(z.object({ name: z.string() }), Nothing),
  /** It answers what it has begun, and ends. */
  'endpoints/stop': write(z.object({ name: z.string() }), Nothing),
  /** Puts another model behind one that runs, once it is loaded. No request fails by it. */
  'endpoints/change': write(
    z.object({ name: z.string(), change: z.custom<EndpointChange>() }),
    z.custom<EndpointChanged>(),
  ),
  /** The ONNX file of a registered version, after all its files were compared with what was registered. */
  'endpoints/model': write(VersionOf, z.custom<ServedModel>()),
  /** The same for a table of rows, with the names of its columns. */
  'scoring/model': write(VersionOf, z.custom<ScoreOrder['model']>()),
  /** Code that runs it without an endpoint. Its files are compared first. */
  'endpoints/embedding': write(VersionOf.extend({ language: EmbeddingLanguage }), Code),
  /** The same of an ONNX file elsewhere on this machine, by its absolute path. */
  'endpoints/embeddingOfFile': read(z.object({ file: z.string(), language: EmbeddingLanguage }), Code),
} as const;
