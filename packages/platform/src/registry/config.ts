import { tokenIssuer, tokenService } from './token.ts'

export interface RegistryConfig {
  port: number
  /** Where images are kept, as the program sees it. */
  folder: string
  /** PEM file with the certificate of the token key. */
  certificate: string
  platformURL: string
}

/** Configuration file of CNCF distribution 2.8 and 3.x. `http.secret` comes by environment (`REGISTRY_HTTP_SECRET`). */
export const registryConfigFile = ({ port, folder, certificate, platformURL }: RegistryConfig) => `version: 0.1
log:
  level: warn
  accesslog:
    disabled: true
storage:
  filesystem:
    rootdirectory: ${JSON.stringify(folder)}
  delete:
    enabled: true
  cache:
    blobdescriptor: inmemory
  maintenance:
    uploadpurging:
      enabled: true
      age: 24h
      interval: 6h
      dryrun: false
http:
  addr: ":${port}"
  # Clients know this registry by several names: let them stay with theirs.
  relativeurls: true
  headers:
    X-Content-Type-Options: [nosniff]
auth:
  token:
    realm: ${JSON.stringify(`${platformURL}/registry/token`)}
    service: ${tokenService}
    issuer: ${tokenIssuer}
    rootcertbundle: ${JSON.stringify(certificate)}
`
