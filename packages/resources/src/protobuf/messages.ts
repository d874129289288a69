import { readFileSync } from 'node:fs'

/** One field of a message on the wire, from `generated/protobuf.json`. */
export interface Field {
  /** As JSON names it. */
  name: string
  type: 'string' | 'int' | 'bool' | 'double' | 'bytes' | 'message'
  /** With `type: 'message'`: the full name. */
  message: string
  isRepeated: boolean
  isMap: boolean
  /** An explicit zero counts: a pointer in upstream's types. */
  keepsZero: boolean
  /** JSON has the fields of this message where the message would be. */
  isInline: boolean
}

export type Message = ReadonlyMap<number, Field>

/** Wire names that JSON writes differently, by `Message.field` or by field alone. */
const jsonNames: Record<string, string> = {
  'BoundObjectReference.uID': 'uid',
  'IngressClassParametersReference.aPIGroup': 'apiGroup',
  'MutatingWebhookConfiguration.Webhooks': 'webhooks',
  'ValidatingWebhookConfiguration.Webhooks': 'webhooks',
  'Validation.Expression': 'expression',
  'Variable.Name': 'name',
  'Variable.Expression': 'expression',
  'JSONSchemaProps.ref': '$ref',
  'JSONSchemaProps.schema': '$schema',
  'JSONSchemaProps.xKubernetesPreserveUnknownFields': 'x-kubernetes-preserve-unknown-fields',
  'JSONSchemaProps.xKubernetesEmbeddedResource': 'x-kubernetes-embedded-resource',
  'JSONSchemaProps.xKubernetesIntOrString': 'x-kubernetes-int-or-string',
  'JSONSchemaProps.xKubernetesListMapKeys': 'x-kubernetes-list-map-keys',
  'JSONSchemaProps.xKubernetesListType': 'x-kubernetes-list-type',
  'JSONSchemaProps.xKubernetesMapType': 'x-kubernetes-map-type',
  'JSONSchemaProps.xKubernetesValidations': 'x-kubernetes-validations',
}

/** Messages that are embedded structs upstream. */
const inline = new Set([
  'Volume.volumeSource',
  'PersistentVolumeSpec.persistentVolumeSource',
  'Probe.handler',
  'EphemeralContainer.ephemeralContainerCommon',
  'ConfigMapKeySelector.localObjectReference',
  'SecretKeySelector.localObjectReference',
  'ConfigMapEnvSource.localObjectReference',
  'SecretEnvSource.localObjectReference',
  'ConfigMapVolumeSource.localObjectReference',
  'ConfigMapProjection.localObjectReference',
  'SecretProjection.localObjectReference',
  'IngressRule.ingressRuleValue',
  'RuleWithOperations.rule',
  'NamedRuleWithOperations.ruleWithOperations',
  'DeviceClaimConfiguration.deviceConfiguration',
  'DeviceAllocationConfiguration.deviceConfiguration',
  'DeviceClassConfiguration.deviceConfiguration',
])

let table: Record<string, Record<string, string>> | undefined
const parsed = new Map<string, Message>()

/** `k8s.io.api.core.v1.Pod`; undefined when there is no such message. The table is read at the first question. */
export function messageOf(name: string): Message | undefined {
  const known = parsed.get(name)
  if (known) return known
  table ??= JSON.parse(readFileSync(new URL('../generated/protobuf.json', import.meta.url), 'utf8')) as typeof table
  const dot = name.lastIndexOf('.')
  const [pkg, short] = [name.slice(0, dot), name.slice(dot + 1)]
  const messages = pkg && Object.hasOwn(table!, pkg) ? table![pkg]! : undefined
  if (!messages || !Object.hasOwn(messages, short)) return undefined
  const lines = messages[short]!.split('|').filter((line) => line !== '')
  const message: Message = new Map(lines.map((line) => fieldFrom(line, short, pkg)))
  parsed.set(name, message)
  return message
}

/** `6 ports *ContainerPort` or `1 replicas int?`. */
function fieldFrom(line: string, message: string, pkg: string): [number, Field] {
  const [number = '', wireName = '', ...rest] = line.split(' ')
  const text = rest.join(' ')
  const [, repeated, map, type = '', pointer] = /^(\*?)(map )?([^?]*)(\??)$/.exec(text)!
  const isScalar = ['string', 'int', 'bool', 'double', 'bytes'].includes(type)
  return [
    Number(number),
    {
      name: jsonNames[`${message}.${wireName}`] ?? wireName,
      type: isScalar ? (type as Field['type']) : 'message',
      message: isScalar ? '' : type.includes('.') ? type : `${pkg}.${type}`,
      isRepeated: repeated === '*',
      isMap: map !== undefined,
      keepsZero: pointer === '?',
      isInline: inline.has(`${message}.${wireName}`),
    },
  ]
}

const unusual: Record<string, string> = {
  '': 'k8s.io.api.core',
  'apiextensions.k8s.io': 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions',
  'apiregistration.k8s.io': 'k8s.io.kube_aggregator.pkg.apis.apiregistration',
  'rbac.authorization.k8s.io': 'k8s.io.api.rbac',
  'flowcontrol.apiserver.k8s.io': 'k8s.io.api.flowcontrol',
}

/** The message of a kind; options such as DeleteOptions come under the group-version they are used with. */
export function messageNameOf(apiVersion: string, kind: string): string | undefined {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion]
  const own = `${unusual[group!] ?? `k8s.io.api.${group!.replace(/\.k8s\.io$/, '')}`}.${version}.${kind}`
  if (messageOf(own)) return own
  const shared = `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`
  return /Options$|^Status$/.test(kind) && messageOf(shared) ? shared : undefined
}
