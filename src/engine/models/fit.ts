/** Sees to it that what is told fits into a message, whatever names a model has. */
import type { ModelInspection, OnnxInspection } from '../../protocol/inspection';
import { MAX_MESSAGE_BYTES } from '../../protocol/requests';

/** The rest of a message is what is around it. */
const MOST_BYTES = MAX_MESSAGE_BYTES * 0.8;
const KEPT = 50;

const sizeOf = (inspection: ModelInspection): number => Buffer.byteLength(JSON.stringify(inspection));

/** Leaves out the names along edges first, then those in nodes, then what is long of the lists. */
export function fit(inspection: ModelInspection): ModelInspection {
  if (inspection.format !== 'onnx') return inspection;
  let told: OnnxInspection = inspection;
  for (const shorten of [withoutLabels, withoutNames, withShortLists, withoutEdges]) {
    if (sizeOf(told) <= MOST_BYTES) return told;
    told = shorten(told);
  }
  return told;
}

function withoutLabels(told: OnnxInspection): OnnxInspection {
  const items = told.graph.edges.items.map((edge) => ({ ...edge, label: '' }));
  return { ...told, graph: { ...told.graph, edges: { ...told.graph.edges, items } } };
}

function withoutNames(told: OnnxInspection): OnnxInspection {
  const none = (names: { total: number }) => ({ items: [], total: names.total });
  const nodes = told.graph.nodes.map((node) => ({
    ...node,
    ...{ inputs: none(node.inputs), outputs: none(node.outputs), summary: '' },
  }));
  return { ...told, graph: { ...told.graph, nodes } };
}

function withShortLists(told: OnnxInspection): OnnxInspection {
  const short = <Item>({ items, total }: { items: Item[]; total: number }) => ({ items: items.slice(0, KEPT), total });
  return {
    ...told,
    ...{ inputs: short(told.inputs), outputs: short(told.outputs), metadata: short(told.metadata) },
    ...{ operators: short(told.operators), externalFiles: short(told.externalFiles) },
    treeEnsembles: short(told.treeEnsembles),
  };
}

function withoutEdges(told: OnnxInspection): OnnxInspection {
  return { ...told, graph: { ...told.graph, edges: { items: [], total: told.graph.edges.total } } };
}
