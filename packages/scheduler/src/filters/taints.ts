import { tolerates } from '@sampan/resources/core/tolerations'
import { type Filter, refuseForGood } from '../filter.ts'

export const taints: Filter = ({ spec }, { node }) => {
  const taint = node.spec.taints?.find(
    (one) => (one.effect === 'NoSchedule' || one.effect === 'NoExecute') && !tolerates(spec.tolerations, one),
  )
  return taint && refuseForGood(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`)
}
