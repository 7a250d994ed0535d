/**
 * What is told of a model's file without running or loading it (`docs/models.md`). All of it is bounded: names are cut, and
 * a list that may be long says how many there are in all. Whoever shows it checks it by this; the table of requests imports
 * its type alone, as that table is a part of what every window loads.
 */
import * as z from 'zod';

/** At most this many nodes of a graph are drawn, without those that stand for its inputs and outputs. */
export const MAX_DRAWN_NODES = 400;

const Count = z.number().int().min(0);
/** `total` is how many there are: more than `items` where the list was cut. */
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total: Count });

/** An input or output of a graph. */
export const OnnxValue = z.object({
  name: z.string(),
  /** As ONNX writes it: `tensor(float)`, `seq(map(int64,tensor(float)))`. */
  type: z.string(),
  /** A number, the name of a size that is open, or null for one without a name. Null as a whole where no shape is told. */
  shape: z.array(z.union([z.number(), z.string()]).nullable()).nullable(),
});
export type OnnxValue = z.infer<typeof OnnxValue>;

export const ExternalFile = z.object({
  /** As the model names it. */
  location: z.string(),
  /** How large the file is; null where it is not there, or was not looked at. */
  bytes: z.number().nullable(),
  problem: z.string().nullable(),
});
export type ExternalFile = z.infer<typeof ExternalFile>;

export const GraphNode = z.object({
  id: z.string(),
  /** `input` and `output` are the graph's own; a `group` stands for several nodes that were folded into it. */
  kind: z.enum(['input', 'output', 'node', 'group']),
  /** The operator; of a group the operators that it has most of, with their counts. */
  type: z.string(),
  /** Empty for ONNX's own operators. */
  domain: z.string(),
  name: z.string(),
  inputs: listOf(z.string()),
  outputs: listOf(z.string()),
  /** The attributes in a few words; of an input or output its type. */
  summary: z.string(),
  /** How many nodes of the model it stands for. */
  nodes: Count,
  /** Which ones, counted from 0 in the order of the file: from the first to the last of each range. All but the first ranges may be missing. */
  places: z.array(z.tuple([Count, Count])).default([]),
  /** One more than the highest among those that it follows on; 0 for those that follow on none. */
  layer: Count,
});
export type GraphNode = z.infer<typeof GraphNode>;

/** `label`: the value that goes along, with the number of others where there are several. */
export const GraphEdge = z.object({ from: z.string(), to: z.string(), label: z.string() });
export type GraphEdge = z.infer<typeof GraphEdge>;

/** Always without a cycle: each edge leads to a higher layer. */
export const ModelGraph = z.object({
  nodes: z.array(GraphNode),
  edges: listOf(GraphEdge),
  /** How many nodes it would have if none were folded; null if none was. */
  foldedFrom: Count.nullable(),
});
export type ModelGraph = z.infer<typeof ModelGraph>;

/** One node that is many decision trees. */
export const TreeEnsemble = z.object({
  /** Its name, or its operator if it has none. */
  node: z.string(),
  kind: z.enum(['classifier', 'regressor', 'ensemble']),
  trees: Count,
  leaves: Count,
  /** Of the deepest tree; 0 is a tree of one leaf. Null where the trees are too many to be followed, or no trees. */
  depth: Count.nullable(),
  /** How many different features are asked for in splits. */
  features: Count.nullable(),
});
export type TreeEnsemble = z.infer<typeof TreeEnsemble>;

export const OnnxInspection = z.object({
  format: z.literal('onnx'),
  fileBytes: z.number(),
  irVersion: z.number(),
  producer: z.object({ name: z.string(), version: z.string() }),
  domain: z.string(),
  modelVersion: z.number(),
  docString: z.string(),
  graphName: z.string(),
  opsets: listOf(z.object({ domain: z.string(), version: z.number() })),
  /** Without those that have an initializer: what has to be given to the model. */
  inputs: listOf(OnnxValue),
  outputs: listOf(OnnxValue),
  /** All values of all initializers, those of nested graphs among them. */
  parameterCount: z.number(),
  /** What they take, wherever they are. */
  parameterBytes: z.number(),
  parameterTypes: z.array(z.object({ type: z.string(), count: z.number() })),
  initializerCount: Count,
  /** Values in tensors that are attributes, such as those of `Constant`. */
  constantCount: z.number(),
  externalFiles: listOf(ExternalFile),
  metadata: listOf(z.object({ key: z.string(), value: z.string() })),
  /** Of the graph, of those nested in it and of functions' bodies, the most frequent first. */
  operators: listOf(z.object({ domain: z.string(), type: z.string(), count: Count })),
  /** The graph's own. */
  nodeCount: Count,
  /** In graphs that are attributes of `If`, `Loop` and the like. */
  nestedNodeCount: Count,
  functionCount: Count,
  functionNodeCount: Count,
  graph: ModelGraph,
  treeEnsembles: listOf(TreeEnsemble),
  problems: z.array(z.string()),
});
export type OnnxInspection = z.infer<typeof OnnxInspection>;

export const PickledName = z.object({
  /** `module.qualname`, as the file names it. */
  name: z.string(),
  /** How often loading the file calls it: a class is called for each object of it. 0 is one that is only named. */
  calls: Count,
});
export type PickledName = z.infer<typeof PickledName>;

export const PickleInspection = z.object({
  format: z.literal('pickle'),
  fileBytes: z.number(),
  /** What is around the pickle. */
  container: z.enum(['none', 'zlib', 'gzip', 'bz2', 'xz', 'lzma', 'lz4', 'zfile', 'torch-zip']),
  /** False where nothing but the container could be told. */
  isRead: z.boolean(),
  /** The lowest that has all that is used; null if it was not read. */
  protocol: z.number().int().nullable(),
  /** Of what is in it: without compression. */
  pickleBytes: z.number().nullable(),
  /** The class of the outermost object, or `dict`, `list` and the like; null if that can't be told. */
  root: z.string().nullable(),
  /** The first class of a package that makes models. */
  modelClass: z.string().nullable(),
  sklearnVersion: z.string().nullable(),
  /** What the outermost object keeps in plain values: the parameters of an estimator. */
  settings: listOf(z.object({ key: z.string(), value: z.string() })),
  /** Classes and functions in the order in which they are named. */
  names: listOf(PickledName),
  /** Those of them that can do more than make an object of data. */
  suspicious: listOf(z.object({ name: z.string(), reason: z.string() })),
  /** `bytes`: of those whose size is told; of a Torch file all its storages. */
  arrays: z.object({ count: Count, bytes: z.number() }),
  problems: z.array(z.string()),
});
export type PickleInspection = z.infer<typeof PickleInspection>;

export const UnknownInspection = z.object({
  format: z.literal('unknown'),
  fileBytes: z.number(),
  /** What it is not, in a sentence. */
  reason: z.string(),
});
export type UnknownInspection = z.infer<typeof UnknownInspection>;

export const ModelInspection = z.discriminatedUnion('format', [OnnxInspection, PickleInspection, UnknownInspection]);
export type ModelInspection = z.infer<typeof ModelInspection>;
