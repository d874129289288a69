import { type Filter, refuseForGood } from '../filter.ts'
import { tolerates } from '../tolerations.ts'

export const taints: Filter = ({ spec }, { node }) => {
  const taint = node.spec.taints?.find(
    (one) => (one.effect === 'NoSchedule' || one.effect === 'NoExecute') && !tolerates(spec.tolerations, one),
  )
  return taint && refuseForGood(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`)
}
