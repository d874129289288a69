import { apiBench } from './api.ts'
import { largeBench } from './api-large.ts'
import { consoleBench } from './console.ts'
import { idleBench } from './idle.ts'
import { ingressBench } from './ingress.ts'
import { podsBench } from './pods.ts'
import { pushBench } from './push.ts'
import { serviceBench } from './service.ts'

/**
 * `npm run bench [api] [api-large] [pods] [push] [console] [service] [ingress] [idle]`: each measures Sampan and its floor in the same run, turn by turn, and prints ratios.
 * Figures that are worth keeping go to docs/performance.md by hand, with the machine they were taken on.
 */
const benches = {
  api: apiBench,
  'api-large': largeBench,
  pods: podsBench,
  push: pushBench,
  console: consoleBench,
  service: serviceBench,
  ingress: ingressBench,
  idle: idleBench,
}
const names = Object.keys(benches) as (keyof typeof benches)[]
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const unknown = asked.find((word) => !Object.hasOwn(benches, word))
if (unknown) {
  console.error(`there is no bench "${unknown}": choose of ${names.join(', ')}`)
  process.exit(2)
}
for (const name of names) if (asked.length === 0 || asked.includes(name)) await benches[name]()
process.exit(0)
