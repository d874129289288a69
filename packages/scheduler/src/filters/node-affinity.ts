import { wantsNode } from '@sampan/resources/core/node-affinity'
import { type Filter, refuseForGood } from '../filter.ts'

export const nodeAffinity: Filter = (pod, { node }) =>
  wantsNode(pod, node) ? undefined : refuseForGood("node(s) didn't match Pod's node affinity/selector")
