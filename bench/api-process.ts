import { mkdirSync } from 'node:fs'
import { silent } from '@sampan/kit/log'
import { openApi } from '../apps/server/src/api.ts'
import { type Config, configFrom } from '../apps/server/src/config.ts'

/** The API alone, as the engine opens it: RBAC, admission, validation, durable store. Arguments: home, port. */
const [home = '', port = ''] = process.argv.slice(2)
mkdirSync(home, { recursive: true })
const config = {
  ...configFrom({ name: 'bench', home, ports: { api: Number(port) } }),
  images: {},
  baseArchive: '',
} as unknown as Config
const api = await openApi(config, silent, new AbortController().signal)
await api.listen()
process.send?.('ready')
