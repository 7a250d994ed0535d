/** What the page of an endpoint and the extension say to each other. */
import * as z from 'zod';
import { EndpointFile, ToldEndpoint } from '../endpoints';
import { SavedPicture } from './charts';

/** What VS Code keeps of a page, as far as the extension must know it. */
export const EndpointPageState = z.object({
  name: z.string(),
  /** The folder of its store, where the page was opened from. */
  store: z.string().optional(),
  /** As it was last seen: one that was stopped has no file any more, and can be started again by this. */
  last: EndpointFile.optional().catch(undefined),
});
export type EndpointPageState = z.infer<typeof EndpointPageState>;

const Told = z.number().nullable();

/** What an endpoint did between two looks, and how it was at the second. Null where nothing can be said. */
export const LoadSample = z.object({
  atMs: z.number(),
  /** Nobody looked right before, or another process answered then: no line leads here. */
  isFirst: z.boolean(),
  requestsPerSecond: Told,
  errorsPerSecond: Told,
  p50Ms: Told,
  p95Ms: Told,
  p99Ms: Told,
  /** Rows in one run of the model: on average, and what 19 of 20 runs had no more of. */
  batchRows: Told,
  batchP95: Told,
  /** Requests that wait or run. */
  pending: Told,
  memoryBytes: Told,
});
export type LoadSample = z.infer<typeof LoadSample>;

export const Port = z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number().int()) });
export type Port = z.infer<typeof Port>;

/** `stopped`: it ended as it was told to, and is known only by what the page was told before. */
export const ShownEndpoint = EndpointFile.extend({
  state: z.enum(['starting', 'ready', 'unloaded', 'restarting', 'stopping', 'silent', 'ended', 'stopped']),
  cause: z.string(),
  crashes: z.number(),
  lastLines: z.array(z.string()).readonly(),
  log: z.string().nullable(),
});
export type ShownEndpoint = z.infer<typeof ShownEndpoint>;

export const EndpointLook = z.object({
  /** Null where there is no such endpoint any more. */
  endpoint: ShownEndpoint.nullable(),
  /** Null where it could not be asked. */
  told: ToldEndpoint.nullable(),
  /** Newer than what was known already. */
  samples: z.array(LoadSample),
  nowMs: z.number(),
});
export type EndpointLook = z.infer<typeof EndpointLook>;

/** What stands in the form at first. */
export const TryForm = z.object({
  inputs: z.array(Port),
  /** A value for each column: of the version's input example where that fits, else of made-up names. Null for larger inputs. */
  columns: z.array(z.string()).nullable(),
  /** Of the input example; one of zeros where there is none. */
  rows: z.array(z.array(z.string())),
  isExample: z.boolean(),
  /** All of it as JSON. Null where nobody would paste it. */
  json: z.string().nullable(),
});
export type TryForm = z.infer<typeof TryForm>;

/** So that a message stays far below its limit. */
export const MAX_TRIED_CHARS = 400_000;
const Text = z.string().max(MAX_TRIED_CHARS, 'That is too much for a page: ask the endpoint itself.');

export const Given = z.discriminatedUnion('form', [
  z.object({ form: z.literal('json'), text: Text }),
  /** With the names of the columns in its first line. */
  z.object({ form: z.literal('csv'), text: Text }),
  z.object({ form: z.literal('row'), columns: z.array(z.string()).max(1000), cells: z.array(Text).max(1000) }),
]);
export type Given = z.infer<typeof Given>;

/** An input or output as a table. */
export const ShownTensor = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()),
  /** The first of its rows and columns, as JSON has them. Null for a value that is masked. */
  columns: z.array(z.string()),
  rows: z.array(z.array(z.string().nullable())),
  rowCount: z.number().int(),
  columnCount: z.number().int(),
  /** How many of its values were kept, where that is not all of them. */
  kept: z.number().int().nullable(),
});
export type ShownTensor = z.infer<typeof ShownTensor>;

export const Tried = z.object({
  /** To be pasted elsewhere; without its body where that is long. */
  call: z.object({
    url: z.string(),
    key: z.string().nullable(),
    body: z.string().nullable(),
    inputs: z.array(Port).readonly(),
  }),
  status: z.number().int(),
  tookMs: z.number(),
  /** Why there are no outputs, in the endpoint's words. */
  error: z.string(),
  outputs: z.array(ShownTensor),
});
export type Tried = z.infer<typeof Tried>;

/** The first rows of a table that somebody chose, as the form takes them. */
export const TableRows = z.object({
  /** Of the file. */
  name: z.string(),
  /** Each has a value for each column of the form. */
  rows: z.array(z.array(z.string())),
  /** Whether there are more rows than these. */
  isCut: z.boolean(),
  /** Whether its columns were taken by their order, as none has a name that the model knows. */
  isByOrder: z.boolean(),
  /** Columns that the model does not take: the first of them, and how many there are. */
  leftOut: z.array(z.string()),
  leftOutCount: z.number().int(),
});
export type TableRows = z.infer<typeof TableRows>;

/** Which of the requests that an endpoint remembers. */
export const LoggedOrder = z.object({ id: z.string(), timeMs: z.number(), tookMs: z.number() });
export type LoggedOrder = z.infer<typeof LoggedOrder>;

/** What the log has of a request. */
export const LoggedLook = z.object({
  /** Null where it is not there. */
  found: z
    .object({
      inputs: z.array(ShownTensor),
      outputs: z.array(ShownTensor),
      /** Inputs and outputs that are not shown, as there are so many. */
      more: z.number().int(),
      /** What turned out to be true of it, as JSON. */
      label: z
        .object({
          timeMs: z.number(),
          label: z.string().nullable(),
          metrics: z.string().nullable(),
          comment: z.string().nullable(),
        })
        .nullable(),
      /** Whether all that was logged since was looked through for a label. */
      isLabelSure: z.boolean(),
    })
    .nullable(),
  /** Why it is not there. */
  why: z.string(),
});
export type LoggedLook = z.infer<typeof LoggedLook>;

export const EndpointModel = EndpointLook.extend({
  endpoint: ShownEndpoint,
  canAct: z.boolean(),
  /** Whose command line a pasted call is for. */
  isWindows: z.boolean(),
});
export type EndpointModel = z.infer<typeof EndpointModel>;

export const endpointPageRequests = {
  load: { params: z.object({ sinceMs: z.number().optional() }), result: EndpointModel },
  form: { params: z.object({}), result: TryForm },
  try: { params: Given, result: Tried },
  /** The user chooses it; null where none was chosen. */
  table: { params: z.object({}), result: TableRows.nullable() },
  logged: { params: LoggedOrder, result: LoggedLook },
} as const;

export const endpointPageCommands = {
  stop: z.object({}),
  restart: z.object({}),
  change: z.object({}),
  remove: z.object({}),
  copyUrl: z.object({}),
  openLog: z.object({}),
  /** The page of the version that it serves. */
  openVersion: z.object({}),
  copy: z.object({ text: z.string() }),
  savePicture: SavedPicture,
  saveText: z.object({ heading: z.string().max(4096), text: z.string().max(1_000_000) }),
  showLog: z.object({}),
} as const;
