import { phrases } from './phrases.ts'

/** What the dialog says that drains a node. */
export const drainText = phrases({
  ask: {
    en: '{name} takes no more pods; {moved} are evicted and made anew elsewhere.',
    zh: '{name} 将停止调度，{moved} 个 Pod 会被驱逐并在其他节点重建。',
  },
  kept: { en: '{kept} stay, for every node has them.', zh: '{kept} 个每节点必备的 Pod 保留。' },
  left: { en: '{left} of {all} pods are still there', zh: '还剩 {left} / {all} 个 Pod' },
  lost: {
    en: 'These belong to no workload: once evicted, nobody makes them again.',
    zh: '以下 Pod 不属于任何工作负载，驱逐后不会重建：',
  },
  only: {
    en: 'No other node takes pods: those evicted wait until this one takes pods again.',
    zh: '没有其他可调度的节点：被驱逐的 Pod 将一直等待，直到此节点恢复调度。',
  },
  scratch: {
    en: 'These keep scratch data on the node (emptyDir), which goes with them.',
    zh: '以下 Pod 在节点上有临时数据（emptyDir），会随之丢失：',
  },
  stop: { en: 'Stop here', zh: '停止排空' },
  sure: { en: 'Evict them all the same', zh: '仍然驱逐' },
})
