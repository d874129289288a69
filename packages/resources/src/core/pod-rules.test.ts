import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from './pod.ts'
import { pod } from './pod.ts'

type Members = Record<string, unknown>

/** What is wrong with a pod of one container that has `container`, and with `spec` besides. */
function problemsOf(container: Members, spec: Members): string[] {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x', ...container }], ...spec },
  } as unknown as Pod
  pod.defaults(object)
  return [...pod.validate(object)].flatMap((one) => (one ? [`${one.field}: ${one.message}`] : []))
}

const volume = (source: Members) => ({ volumes: [{ name: 'v', ...source }] })
const scratch = volume({ emptyDir: {} })
const mounted = (more: Members) => ({ volumeMounts: [{ name: 'v', mountPath: '/a', ...more }] })
const from = (valueFrom: Members) => ({ env: [{ name: 'A', valueFrom }] })
const projected = (...sources: Members[]) => volume({ projected: { sources } })
const file = (path: string) => ({ name: 'a', items: [{ key: 'k', path }] })
const spread = (more: Members) => ({
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...more }],
})

/** What it is about, the container, the rest of the spec, and what is said of it; nothing for what is taken. */
const cases: [string, Members, Members, string?][] = [
  [
    'a label with a bad key as a variable',
    from({ fieldRef: { fieldPath: "metadata.labels['a b']" } }),
    {},
    'env[0].valueFrom.fieldRef: Invalid value: "a b": name part must consist of',
  ],
  ['a label as a variable', from({ fieldRef: { fieldPath: "metadata.labels['a/b']" } }), {}],
  [
    'all labels as a variable',
    from({ fieldRef: { fieldPath: 'metadata.labels' } }),
    {},
    'fieldRef.fieldPath: Unsupported value: "metadata.labels"',
  ],
  [
    'a part of a name',
    from({ fieldRef: { fieldPath: "metadata.name['a']" } }),
    {},
    'error converting fieldPath: field label does not support subscript',
  ],
  [
    'thirds of a processor',
    from({ resourceFieldRef: { resource: 'limits.cpu', divisor: '3' } }),
    {},
    'divisor: Invalid value: "limits.cpu": only divisor\'s values 1m and 1 are supported with the cpu resource',
  ],
  ['mebibytes', from({ resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } }), {}],
  [
    'variables from nowhere',
    { envFrom: [{}] },
    {},
    'spec.containers[0].envFrom: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
  ],
  [
    'half a huge page',
    { resources: { limits: { 'hugepages-2Mi': '3Mi', cpu: '1' } } },
    {},
    'resources: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
  ],
  [
    'huge pages alone',
    { resources: { limits: { 'hugepages-2Mi': '2Mi' } } },
    {},
    'resources: Forbidden: HugePages require cpu or memory',
  ],
  [
    'a device called as a quota is',
    { resources: { limits: { 'requests.a.b/c': '1' } } },
    {},
    "doesn't follow extended resource name standard",
  ],
  ['a claim nobody made', { resources: { claims: [{ name: 'a' }] } }, {}, 'resources.claims[0]: Not found: "a"'],
  ['a claim', { resources: { claims: [{ name: 'a' }] } }, { resourceClaims: [{ name: 'a', resourceClaimName: 'b' }] }],
  [
    'a claim of nothing',
    {},
    { resourceClaims: [{ name: 'a' }] },
    'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
  ],
  [
    'a sleep beyond the grace',
    { lifecycle: { preStop: { sleep: { seconds: 31 } } } },
    {},
    'lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
  ],
  [
    'a signal for any system',
    { lifecycle: { stopSignal: 'SIGTERM' } },
    {},
    'lifecycle.stopSignal: Forbidden: may not be set',
  ],
  ['a signal', { lifecycle: { stopSignal: 'SIGRTMIN+3' } }, { os: { name: 'linux' } }],
  [
    'a signal nobody knows',
    { lifecycle: { stopSignal: 'SIGWOW' } },
    { os: { name: 'linux' } },
    'lifecycle.stopSignal: Unsupported value: "SIGWOW"',
  ],
  [
    'mounts that reach the host',
    mounted({ mountPropagation: 'Bidirectional' }),
    scratch,
    'volumeMounts.mountPropagation: Forbidden: Bidirectional mount propagation is available only to privileged containers',
  ],
  [
    'read-only below a mount that is not',
    mounted({ recursiveReadOnly: 'Enabled' }),
    scratch,
    'volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
  ],
  [
    'a folder as a device',
    { volumeDevices: [{ name: 'v', devicePath: '/a' }] },
    scratch,
    'volumeDevices[0].name: Invalid value: "v": can only use volume source type of PersistentVolumeClaim',
  ],
  [
    'a volume as device and folder',
    { ...mounted({}), volumeDevices: [{ name: 'v', devicePath: '/b' }] },
    volume({ persistentVolumeClaim: { claimName: 'a' } }),
    'volumeMounts[0].name: Invalid value: "v": must not already exist in volumeDevices',
  ],
  [
    'less than no space',
    {},
    volume({ emptyDir: { sizeLimit: '-1' } }),
    'emptyDir.sizeLimit: Forbidden: SizeLimit field must be a valid resource quantity',
  ],
  [
    'a file among those of the kubelet',
    {},
    volume({ configMap: file('..b') }),
    `items[0].path: Invalid value: "..b": must not start with '..'`,
  ],
  [
    'an item of nothing',
    {},
    volume({ downwardAPI: { items: [{ path: 'a' }] } }),
    'spec.volumes[0].downwardAPI: Required value: one of fieldRef and resourceFieldRef is required',
  ],
  [
    'one file from two sources',
    {},
    projected({ configMap: file('x') }, { secret: file('x') }),
    'spec.volumes[0].projected: Invalid value: "a": conflicting duplicate paths',
  ],
  [
    'two sources in one',
    {},
    projected({ configMap: file('x'), secret: file('y') }),
    'projected.sources[0]: Forbidden: may not specify more than 1 volume type per source',
  ],
  [
    'an ephemeral claim of no size',
    {},
    volume({ ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'] } } } }),
    'ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
  ],
  [
    'a nameless resolver option',
    {},
    { dnsConfig: { options: [{ value: 'a' }] } },
    'spec.dnsConfig.options[0]: Required value: must not be empty',
  ],
  ['a searched domain with underscores', {}, { dnsConfig: { searches: ['_a.b_c.', '.'] } }],
  [
    "the host's network settings",
    {},
    { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] } },
    `sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when 'hostNetwork' is true`,
  ],
  [
    "the host's shared memory",
    {},
    { hostIPC: true, securityContext: { sysctls: [{ name: 'kernel.shmmax', value: '1' }] } },
    "may not be specified when 'hostIPC' is true",
  ],
  [
    'a group policy nobody knows',
    {},
    { securityContext: { fsGroupChangePolicy: 'x' } },
    'fsGroupChangePolicy: Unsupported value: "x": supported values: "Always", "OnRootMismatch"',
  ],
  [
    'a profile of its own without a name',
    {},
    { securityContext: { seccompProfile: { type: 'Localhost' } } },
    'seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost',
  ],
  [
    'a named profile that is not its own',
    { securityContext: { appArmorProfile: { type: 'Unconfined', localhostProfile: 'a' } } },
    {},
    'appArmorProfile.localhostProfile: Invalid value: "a": can only be set when AppArmor type is Localhost',
  ],
  [
    "the whole of /proc with the host's users",
    { securityContext: { procMount: 'Unmasked' } },
    {},
    'procMount: Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
  ],
  ['the whole of /proc', { securityContext: { procMount: 'Unmasked' } }, { hostUsers: false }],
  [
    "users of its own in the host's network",
    {},
    { hostUsers: false, hostNetwork: true },
    'spec.hostNetwork: Forbidden: when `pod.Spec.HostUsers` is false',
  ],
  [
    'an unknown system',
    {},
    { os: { name: 'plan9' } },
    'spec.os.name: Unsupported value: "plan9": supported values: "linux", "windows"',
  ],
  [
    'processes of a Windows host',
    {},
    { os: { name: 'windows' }, hostPID: true },
    'spec.hostPID: Forbidden: cannot be set for a windows pod',
  ],
  [
    'Windows options of a Linux pod',
    { securityContext: { windowsOptions: {} } },
    { os: { name: 'linux' } },
    'windowsOptions: Forbidden: windows options cannot be set for a linux pod',
  ],
  [
    'a place for a pod that waits',
    {},
    { schedulingGates: [{ name: 'a' }], nodeName: 'n' },
    'spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared',
  ],
  [
    'domains for a wish',
    {},
    spread({ whenUnsatisfiable: 'ScheduleAnyway', minDomains: 2 }),
    'minDomains: Invalid value: 2: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
  ],
  [
    'keys for no selector',
    {},
    spread({ matchLabelKeys: ['a'] }),
    'matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
  ],
  [
    'a key selected twice',
    {},
    spread({ matchLabelKeys: ['a'], labelSelector: { matchLabels: { a: 'b' } } }),
    'matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector',
  ],
  [
    'a container that restarts sometimes',
    { restartPolicy: 'Sometimes' },
    {},
    'containers[0].restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"',
  ],
  [
    'a restart for a pod that has none',
    { resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] },
    { restartPolicy: 'Never' },
    "resizePolicy: Invalid value: \"RestartContainer\": must be 'NotRequired' when `restartPolicy` is 'Never'",
  ],
  [
    'storage for a whole pod',
    {},
    { resources: { limits: { 'ephemeral-storage': '1' } } },
    'spec.resources.limits[ephemeral-storage]: Unsupported value',
  ],
  [
    'containers that ask for more than the pod',
    { resources: { requests: { cpu: '2' } } },
    { resources: { requests: { cpu: '1' } } },
    'spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2',
  ],
  [
    'a container that may have more than the pod',
    { resources: { limits: { cpu: '2' } } },
    { resources: { limits: { cpu: '1' } } },
    'must be less than or equal to pod limits of 1',
  ],
  ['a nameless pull secret', {}, { imagePullSecrets: [{}] }],
  [
    'a port that is another of the host',
    { ports: [{ containerPort: 80, hostPort: 81 }] },
    { hostNetwork: true },
    'ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
  ],
]

for (const [name, container, spec, wanted] of cases)
  test(`${name} ${wanted ? 'is refused' : 'is fine'}`, () => {
    const problems = problemsOf(container, spec)
    if (wanted)
      assert.ok(
        problems.some((one) => one.includes(wanted)),
        problems.join('\n') || 'nothing was refused',
      )
    else assert.deepEqual(problems, [])
  })

test('an ephemeral container brings no ports, probes or folders of folders, and aims at one that is there', () => {
  const base = { containers: [{ name: 'c', image: 'x' }], volumes: [{ name: 'v', emptyDir: {} }] }
  const one = {
    name: 'e',
    image: 'x',
    ports: [{ containerPort: 80 }],
    livenessProbe: { tcpSocket: { port: 1 } },
    volumeMounts: [{ name: 'v', mountPath: '/a', subPath: 'b' }],
    targetContainerName: 'none',
  }
  const [old, next] = [{}, { ephemeralContainers: [one] }].map((more) => {
    const object = { metadata: { name: 'p' }, spec: structuredClone({ ...base, ...more }) } as unknown as Pod
    pod.defaults(object)
    return object
  })
  const problems = [...pod.validate(next!, old, 'ephemeralcontainers')].flatMap((each) => (each ? [each.field] : []))
  const at = 'spec.ephemeralContainers[0]'
  assert.deepEqual(problems.sort(), [
    `${at}.livenessProbe`,
    `${at}.ports`,
    `${at}.targetContainerName`,
    `${at}.volumeMounts[0].subPath`,
  ])
})
