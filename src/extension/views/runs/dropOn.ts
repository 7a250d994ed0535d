import type { EditOf } from '../../commands/runEdits';
import type { RunNode, StoreNode } from './nodes';

/** What is changed in runs that fall onto a node; no edit where that would mean nothing. */
export function dropOn(target: StoreNode): { edit?: EditOf; session: StoreNode['session'] } {
  const { session } = target;
  const group = target.kind === 'run' ? groupAbove(target) : target;
  if (group.kind !== 'group' || group.group.value === null) return { session };
  const { value } = group.group;
  switch (group.grouping.by) {
    case 'experiment':
      return { session, edit: { experiment: value } };
    case 'tag':
      return { session, edit: { tags: { [group.grouping.key]: value } } };
    case 'script':
    case 'branch':
    case 'day':
    case 'status':
      return { session };
  }
}

function groupAbove(node: RunNode): StoreNode {
  return node.parent.kind === 'run' ? groupAbove(node.parent) : node.parent;
}
