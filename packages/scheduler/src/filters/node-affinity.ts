import { type Filter, refuseForGood } from '../filter.ts'
import { wantsNode } from '../node-affinity.ts'

export const nodeAffinity: Filter = (pod, { node }) =>
  wantsNode(pod, node) ? undefined : refuseForGood("node(s) didn't match Pod's node affinity/selector")
