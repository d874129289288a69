import { selectsNode } from '@sampan/resources/core/node-affinity'
import { type Filter, refuseForGood } from '../filter.ts'
import { claimNames, isBound, selectedNode } from '../volumes.ts'

/** Bound volumes must be reachable from the node; a claim that has chosen a node stays with it. */
export const volumeBinding: Filter = (pod, { node }, { volumes }) => {
  for (const name of claimNames(pod)) {
    const claim = volumes.claim(pod.metadata.namespace ?? '', name)
    if (!claim) continue
    if (isBound(claim)) {
      const terms = volumes.volume(claim.spec.volumeName ?? '')?.spec.nodeAffinity?.required?.nodeSelectorTerms
      if (!selectsNode(terms, node)) return refuseForGood("node(s) didn't match PersistentVolume's node affinity")
    } else {
      const chosen = claim.metadata.annotations?.[selectedNode]
      if (chosen && chosen !== node.metadata.name)
        return refuseForGood("node(s) didn't find available persistent volumes to bind")
    }
  }
  return undefined
}
