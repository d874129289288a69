import { each, fill, fillPlain } from '../fill.ts'
import type { ResourceClaim } from './resource-claim.ts'

/** Devices are counted, one each, unless the request says otherwise. */
export function defaultClaimDevices(spec: ResourceClaim['spec'] | undefined): void {
  for (const request of each(spec?.devices?.requests))
    for (const wish of [request.exactly, ...each(request.firstAvailable)]) {
      if (!wish) continue
      fillPlain(wish, { allocationMode: 'ExactCount' })
      if (wish.allocationMode === 'ExactCount') fill(wish, { count: 1 })
    }
}
