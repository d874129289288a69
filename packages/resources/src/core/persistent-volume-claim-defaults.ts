import { canonicalise, fill } from '../fill.ts'
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts'

/** Of a claim, of a StatefulSet's claim template and of an ephemeral volume. */
export function defaultClaimSpec(spec: PersistentVolumeClaim['spec']): void {
  fill(spec, { volumeMode: 'Filesystem' })
  canonicalise(spec.resources?.requests)
  canonicalise(spec.resources?.limits)
}
