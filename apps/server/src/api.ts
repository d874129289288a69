import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { dirname, join } from 'node:path'
import { standardAdmission } from '@sampan/apiserver/admission/standard'
import { auditFile } from '@sampan/apiserver/audit/file'
import { createAuth } from '@sampan/apiserver/auth/auth'
import { bootstrap } from '@sampan/apiserver/auth/bootstrap'
import { openFrontProxy } from '@sampan/apiserver/auth/front-proxy'
import { systemUser } from '@sampan/apiserver/auth/interfaces'
import { kubeconfigText } from '@sampan/apiserver/auth/kubeconfig'
import { type OidcOptions, oidcReader } from '@sampan/apiserver/auth/oidc'
import { apiNames, authorityIn, openPki } from '@sampan/apiserver/auth/pki'
import { keepCertificates } from '@sampan/apiserver/auth/renewal'
import { signer } from '@sampan/apiserver/auth/sign'
import { objectsOf } from '@sampan/apiserver/objects'
import { type ApiServer, createApiServer } from '@sampan/apiserver/server'
import type { Log } from '@sampan/kit/log'
import { builtInKinds } from '@sampan/resources/kinds'
import type { Transport } from '@sampan/resources/transport'
import { sealKey } from '@sampan/store/seal'
import { sqliteStore } from '@sampan/store/sqlite'
import { type Config, pathsOf } from './config.ts'

type Objects = ReturnType<typeof objectsOf>
type Store = Objects['store']

/** The Kubernetes API over one store, not yet reachable from outside. */
export interface Api {
  server: ApiServer
  store: Store
  objects: Objects
  /** As the API server itself. */
  transport: Transport
  /** As a part of the engine; its writes are attributed to `manager`. */
  transportOf(manager: string): Transport
  /** Certificate of the authority, PEM. */
  ca: string
  /** Makes certificates for approved CertificateSigningRequests. */
  sign: ReturnType<typeof signer>
  /** Opens the port and writes the kubeconfigs. Throws when the port is taken. */
  listen(): Promise<void>
  close(): Promise<void>
}

/** Store, identity, admission and the objects every cluster starts with. */
export async function openApi(
  config: Config,
  log: Log,
  signal: AbortSignal,
  metrics: () => string = () => '',
): Promise<Api> {
  const paths = pathsOf(config.home)
  const [pki, frontProxy, store] = await Promise.all([
    openKeys(config),
    openFrontProxy(paths.pki, new Date()),
    sqliteStore({ path: paths.database, sealed: sealedOf(paths.pki) }),
  ])
  const objects = objectsOf(store)
  const parts = createAuth({
    objects,
    serviceAccountKey: pki.serviceAccountKey,
    issuer: `https://kubernetes.default.svc.${config.network.clusterDomain}`,
    readers: providers(config.home).map(oidcReader),
    signal,
  })
  const policyFile = join(config.home, 'audit-policy.yaml')
  const audit = await auditFile({
    path: join(paths.logs, 'audit.log'),
    ...(existsSync(policyFile) && { policyFile }),
    ownUsers: ['sampan:platform'],
    log,
  })
  const server = createApiServer({
    store,
    audit,
    definitions: builtInKinds,
    auth: parts.auth,
    admission: standardAdmission({ serviceCIDR: config.network.serviceCIDR }, parts.admission),
    subresources: parts.subresources,
    virtualKinds: parts.virtualKinds,
    paths: parts.paths,
    serverAddress: `${config.nodeIP}:${config.ports.api}`,
    frontProxy: frontProxy.client,
    metrics,
    log,
  })
  const transportOf = (manager: string) => server.transport(systemUser, manager)
  const transport = transportOf('kube-apiserver')
  await bootstrap({
    transport,
    objects,
    ca: pki.ca,
    frontProxyCa: frontProxy.ca,
    nodeIP: config.nodeIP,
    apiPort: config.ports.api,
    apiServiceIP: config.network.apiServiceIP,
    serviceCIDR: config.network.serviceCIDR,
    signal,
  })
  let https: Server | undefined
  return {
    server,
    store,
    objects,
    transport,
    transportOf,
    ca: pki.ca,
    sign: signer(() => authorityIn(paths.pki)),
    async listen() {
      https = await listen(config, server, pki)
      log.info('the API answers', { port: config.ports.api })
      writeKubeconfigs(config, pki)
      keepCertificates({
        current: pki,
        open: () => openKeys(config),
        use(next) {
          https?.setSecureContext({ ca: next.ca, ...next.serving })
          writeKubeconfigs(config, next)
        },
        log,
        signal,
      })
    },
    async close() {
      https?.closeAllConnections()
      https?.close()
      await server.close()
      audit.close()
      await store.close()
    },
  }
}

/** Secrets are encrypted on disk; a backup needs the key beside the database. */
const sealedOf = (folder: string) => ({ prefixes: ['/core/secrets/'], key: sealKey(join(folder, 'store.key')) })

/** OpenID Connect providers whose tokens the API accepts: `<home>/oidc.json`, a list of `OidcOptions`. */
function providers(home: string): OidcOptions[] {
  const file = join(home, 'oidc.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as OidcOptions[]) : []
}

type Keys = Awaited<ReturnType<typeof openKeys>>

const openKeys = (config: Config) =>
  openPki({
    folder: pathsOf(config.home).pki,
    dnsNames: [...apiNames(config.network.clusterDomain), config.nodeName],
    addresses: ['127.0.0.1', '::1', config.nodeIP, config.network.apiServiceIP],
    clients: {
      admin: { user: 'admin', groups: ['system:masters'] },
      platform: { user: 'sampan:platform', groups: ['system:masters'] },
    },
    now: new Date(),
  })

async function listen(config: Config, api: ApiServer, pki: Keys): Promise<Server> {
  const server = createServer(
    {
      ca: pki.ca,
      cert: pki.serving.cert,
      key: pki.serving.key,
      requestCert: true,
      rejectUnauthorized: false,
      // Watches and followed logs stay open for as long as clients like.
      requestTimeout: 0,
      keepAliveTimeout: 120_000,
    },
    api.handler,
  )
  server.on('upgrade', api.upgrade)
  server.on('tlsClientError', () => undefined) // scanners and probes: nothing of ours went wrong
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(config.ports.api, resolve)
  })
  return server
}

/** The administrator's, for people; the platform's own. Written only when they changed. */
function writeKubeconfigs(config: Config, pki: Keys) {
  const paths = pathsOf(config.home)
  const server = `https://127.0.0.1:${config.ports.api}`
  const name = config.name === 'default' ? 'sampan' : `sampan-${config.name}`
  writePrivate(
    paths.kubeconfig,
    kubeconfigText({ name, server, ca: pki.ca, user: 'admin', credentials: pki.clients.admin }),
  )
  writePrivate(
    paths.platformKubeconfig,
    kubeconfigText({ name, server, ca: pki.ca, user: 'sampan:platform', credentials: pki.clients.platform }),
  )
}

function writePrivate(file: string, text: string) {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(`${file}.new`, text, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
