import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Project, type ProjectRole, projectRoles } from '@sampan/resources/sampan/project'
import { everyoneBinding, everyoneRole, projectAccess, roleBindings, roleDefinitions } from './roles.ts'

/** Whether a role's rules allow it, as RBAC reads them. */
function may(role: ProjectRole, verb: string, group: string, resource: string): boolean {
  const found = roleDefinitions().find((one) => one.metadata.name === `sampan:${role}`)
  return (found?.rules ?? []).some(
    (rule) =>
      rule.apiGroups?.includes(group) &&
      (rule.resources?.includes(resource) || rule.resources?.includes('*')) &&
      rule.verbs.includes(verb),
  )
}

const everyone = [...projectRoles]
const rows: [what: string, verb: string, group: string, resource: string, who: ProjectRole[]][] = [
  ['see apps', 'list', 'sampan.dev', 'apps', everyone],
  ['read logs', 'get', '', 'pods/log', everyone],
  ['push and scale', 'update', 'sampan.dev', 'apps', ['owner', 'maintainer', 'developer']],
  ['roll back', 'create', 'sampan.dev', 'rollouts', ['owner', 'maintainer', 'developer']],
  ['approve', 'approve', 'sampan.dev', 'rollouts', ['owner', 'maintainer']],
  ['open a shell', 'create', '', 'pods/exec', ['owner', 'maintainer', 'developer']],
  ['remove apps', 'delete', 'sampan.dev', 'apps', ['owner', 'maintainer']],
  ['read secrets', 'get', '', 'secrets', ['owner', 'maintainer']],
  ['make environments', 'create', 'sampan.dev', 'environments', ['owner', 'maintainer']],
  // What the platform applies with its own rights is nobody's to write.
  ['write releases', 'create', 'sampan.dev', 'releases', []],
  ['change releases', 'update', 'sampan.dev', 'releases', []],
  ['write DNS records', 'create', 'sampan.dev', 'dnsrecords', []],
  ['write the status of runs', 'update', 'sampan.dev', 'pipelines/status', []],
  // A pod may ask for the machine itself.
  ['make pods', 'create', '', 'pods', []],
  ['make deployments', 'create', 'apps', 'deployments', []],
  ['bind roles', 'create', 'rbac.authorization.k8s.io', 'rolebindings', []],
]
for (const [what, verb, group, resource, who] of rows) {
  test(`${who.join(', ') || 'nobody'} may ${what}`, () => {
    assert.deepEqual(
      projectRoles.filter((role) => may(role, verb, group, resource)),
      projectRoles.filter((role) => who.includes(role)),
    )
  })
}

test('whoever is signed in may read what forms are made of, and nothing else', () => {
  assert.deepEqual(
    everyoneRole.rules?.map(({ resources, verbs }) => [resources?.join(), verbs.join()]),
    [
      ['apptemplates', 'get,list,watch'],
      ['storageclasses', 'get,list,watch'],
    ],
  )
  assert.equal(everyoneBinding.roleRef.name, everyoneRole.metadata.name)
})

const project: Project = {
  apiVersion: 'sampan.dev/v1',
  kind: 'Project',
  metadata: { name: 'demo' },
  spec: {
    members: [
      { user: 'ann', role: 'owner' },
      { user: 'bob', role: 'viewer' },
    ],
  },
}

test('every role is bound, to nobody where nobody has it', () => {
  const bound = roleBindings(project, 'demo-test').map((one) => [
    one.metadata.name,
    one.subjects?.map(({ name }) => name),
  ])
  assert.deepEqual(Object.fromEntries(bound), {
    'sampan:owner': ['ann'],
    'sampan:maintainer': [],
    'sampan:developer': [],
    'sampan:viewer': ['bob'],
  })
})

test('members see their project, owners change it', () => {
  const access = projectAccess(project).map(({ role, binding }) => [
    role.rules[0]!.verbs.join(),
    role.rules[0]!.resourceNames,
    binding.subjects.map(({ name }) => name),
  ])
  assert.deepEqual(access, [
    ['get', ['demo'], ['ann', 'bob']],
    ['get,update,patch,delete', ['demo'], ['ann']],
  ])
})
