import { readFileSync } from 'node:fs'
import { httpTransport } from '@sampan/client/http'
import { readKubeconfig } from '@sampan/client/kubeconfig'
import { clientOver } from '@sampan/client/over'
import { endpointChanges } from './endpoint-changes.ts'
const home = '/tmp/cpath/home'
const { images } = JSON.parse(readFileSync(home + '/config.json', 'utf8'))
await endpointChanges({ client: clientOver(httpTransport(await readKubeconfig(home + '/kubeconfig'))), home, table: 'sampan_cpath', image: images.ingress })
process.exit(0)
