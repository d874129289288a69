import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import { signIn } from './console-pages.ts'

export interface ClusterStory {
  url: string
  password: string
  /** Of an administrator, for what others do meanwhile. */
  token: string
  project: string
  app: string
  /** Called after each chapter, for screenshots. */
  look?: (chapter: string) => Promise<void>
}

const hostile = '<img src=x onerror="window.harmed=true">'

const manifests = (space: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: boats.story.example
spec:
  group: story.example
  scope: Namespaced
  names: { kind: Boat, plural: boats, singular: boat }
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns:
        - { name: Sails, type: integer, jsonPath: .spec.sails }
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              required: [sails]
              properties:
                sails: { type: integer, minimum: 1, description: How many sails she carries. }
                rig: { type: string, enum: [junk, gaff] }
---
apiVersion: story.example/v1
kind: Boat
metadata:
  name: first
  namespace: ${space}
  annotations:
    hostile: '${hostile}'
spec:
  sails: 2
---
apiVersion: v1
kind: Secret
metadata:
  name: story
  namespace: ${space}
stringData:
  password: open sesame
`

/** The cluster in a browser: made from YAML, listed live, edited by two at once, looked into, deleted. */
export async function goThroughCluster(page: Page, story: ClusterStory): Promise<void> {
  const { url, password, token, project, app, look = async () => undefined } = story
  const space = `${project}-test`
  const boats = `/cluster/kinds/boats.story.example`
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' })
  const kube = (method: string, path: string, body?: unknown, type = 'application/json') =>
    fetch(`${url}/kube${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const boat = (name: string) => `/apis/story.example/v1/namespaces/${space}/boats/${name}`

  await page.goto(url)
  await signIn(page, password)
  const running = (await (await kube('GET', `/apis/apps/v1/namespaces/${space}/deployments/${app}`)).json()) as {
    spec: { template: { spec: { containers: { image: string }[]; imagePullSecrets?: object[] } } }
  }
  /** On the node already, and with a shell. */
  const {
    containers: [first],
    imagePullSecrets,
  } = running.spec.template.spec
  const image = first!.image

  // Three documents at once, one of a kind that only comes to be: tried on the server, then applied.
  await page.goto(`${url}/cluster/create?ns=${space}`)
  await replaceText(page, manifests(space))
  await button('Try on the server').click()
  await page.getByText('checked when it is applied').waitFor()
  await look('create')
  await button('Apply').click()
  await page.getByRole('link', { name: `${space}/first` }).waitFor()

  // Its list has the columns of its definition and is live.
  await page.goto(`${url}${boats}?ns=${space}`)
  await page.getByRole('columnheader', { name: 'Sails' }).waitFor()
  const second = { apiVersion: 'story.example/v1', kind: 'Boat', metadata: { name: 'second' }, spec: { sails: 5 } }
  assert.equal((await kube('POST', boat('').slice(0, -1), second)).status, 201)
  await page.getByRole('row', { name: /second.*5/ }).waitFor()
  await look('list')

  // The editor knows the kind: a mistake is marked, fields are offered.
  await page.goto(`${url}${boats}/${space}/first?tab=yaml`)
  const text = await textOf(page)
  await replaceText(page, text.replace('sails: 2', 'sails: two'))
  await page.locator('.cm-lintRange-error').first().waitFor()
  await replaceText(page, text.replace('sails: 2', 'sails: 2\n  '), { from: 'sails: 2\n  ' })
  await page.keyboard.press('Control+Space')
  await page.locator('.cm-tooltip-autocomplete').getByText('rig').waitFor()
  await look('completion')
  await page.keyboard.press('Escape')

  // Two people change the same field: both are shown, nothing is overwritten.
  await replaceText(page, text.replace('sails: 2', 'sails: 3'))
  const theirs = { metadata: { labels: { port: 'north' } }, spec: { sails: 4 } }
  assert.equal((await kube('PATCH', boat('first'), theirs, 'application/merge-patch+json')).status, 200)
  await page.getByText('has been changed on the server meanwhile').waitFor()
  await button('Review changes').click()
  await page.getByText('Both changed the same field').waitFor()
  assert.equal(await button('Save').isDisabled(), true, 'saved before it is said whose change stands')
  await look('conflict')
  await page.getByRole('radio', { name: 'Mine' }).check()
  await button('Save').click()
  await page.getByText('Saved', { exact: true }).waitFor()
  const saved = (await (await kube('GET', boat('first'))).json()) as typeof theirs
  assert.equal(saved.spec.sails, 3)
  assert.equal(saved.metadata.labels.port, 'north', 'what others changed is kept')

  // What the server refuses is said, and where.
  await replaceText(page, (await textOf(page)).replace('sails: 3', 'sails: 3\n  keel: 1'))
  await button('Review changes').click()
  await page.getByRole('alert').getByText(/keel/).waitFor()
  assert.equal(await page.evaluate('window.harmed'), undefined, 'what objects hold is text')

  // A secret is shown when asked, and only then.
  await page.goto(`${url}/cluster/kinds/secrets/${space}/story`)
  await button('Show: password').waitFor()
  assert.equal(await page.getByText('open sesame').count(), 0)
  await button('Show: password').click()
  await page.getByRole('textbox', { name: 'password' }).and(page.locator('textarea')).waitFor()
  assert.equal(await page.locator('textarea').first().inputValue(), 'open sesame')

  // The picture of the project leads to a pod, its terminal and its log.
  await page.goto(`${url}/projects/${project}?view=graph`)
  await page
    .getByRole('button', { name: /Pod · Running/ })
    .first()
    .focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Terminal' }).click()
  await page.locator('[data-state=open]').waitFor()
  await page.locator('.xterm-screen').click()
  await page.keyboard.type('echo $((6*7))-$TERM; stty size\n')
  await page.locator('.xterm-rows').getByText('42-xterm-256color').waitFor()
  await page
    .locator('.xterm-rows')
    .getByText(/^\d{2,} \d{2,}\s*$/)
    .waitFor()
  await look('terminal')
  await button('New terminal').click()
  await button(/app 2/).first().waitFor()
  await page.locator('[data-state=open]').nth(1).waitFor()
  await page.keyboard.type('exit 3\n')
  await page.getByText('The shell ended with code 3.').waitFor()
  await page.getByRole('tab', { name: 'Logs' }).click()
  await page.locator('.log').waitFor()

  // A container with tools beside the app's, which sees its processes; and the app's own process, attached to.
  await button('Debug').click()
  await page.getByRole('dialog').getByLabel('Image with the tools').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Start and attach' }).click()
  await page.locator('[data-state=open]').waitFor()
  await page.getByText(/Attached to the process of debug-1/).waitFor()
  await page
    .locator('.xterm-rows')
    .getByText(/[#$] *$/)
    .first()
    .waitFor()
  await page.keyboard.type('tr "\\0" " " < /proc/1/cmdline; echo from-$((40+2))\n')
  await page.locator('.xterm-rows').getByText('perl /srv/server.pl from-42').waitFor()
  await look('debug')
  await page.keyboard.type('exit\n')
  await page.getByText('The shell ended with code 0.').waitFor()
  await page.locator('.terminal-bar input').first().waitFor({ state: 'detached' }) // one container runs: nothing to choose
  await button('Attach to its process').click()
  await page.getByText(/Attached to the process of app/).waitFor()

  // Scaling and deleting ask for what they need.
  await page.goto(`${url}/cluster/kinds/deployments.apps/${space}/${app}`)
  await button('Scale').click()
  await page.getByRole('dialog').getByRole('textbox').fill('2')
  await page.getByRole('dialog').getByRole('button', { name: 'Scale' }).click()
  await page.getByRole('main').getByText('2/2', { exact: true }).first().waitFor({ timeout: 60_000 })
  // Back to the revision before a change, with what that undoes; a pod that fails says why with its last words.
  const path = `/apis/apps/v1/namespaces/${space}/deployments/broken`
  const template = (text: string) => ({
    metadata: { labels: { app: 'broken' } },
    spec: {
      terminationGracePeriodSeconds: 0,
      imagePullSecrets,
      containers: [{ name: 'app', image, command: ['sh', '-c', `echo ${text}; exit 3`] }],
    },
  })
  const broken = { selector: { matchLabels: { app: 'broken' } }, template: template('first-words') }
  const made = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'broken' }, spec: broken }
  assert.equal((await kube('POST', path.slice(0, -'/broken'.length), made)).status, 201)
  await page.goto(`${url}/cluster/kinds/deployments.apps/${space}/broken`)
  await page
    .getByRole('link', { name: /^broken-\w+-\w+$/ })
    .first()
    .waitFor()
  await page
    .getByRole('link', { name: /^broken-\w+-\w+$/ })
    .first()
    .click()
  await page.getByText('Container app ends with exit code 3').waitFor({ timeout: 60_000 })
  await page.getByRole('region', { name: 'Its last lines' }).getByText('first-words').waitFor()
  await look('why')
  const changed = { spec: { template: template('second-words') } }
  assert.equal((await kube('PATCH', path, changed, 'application/strategic-merge-patch+json')).status, 200)
  await page.goto(`${url}/cluster/kinds/deployments.apps/${space}/broken`)
  await page
    .getByText('deployment.kubernetes.io/revision: 2')
    .or(page.locator('.tree-value', { hasText: /^2$/ }))
    .first()
    .waitFor()
  await button('Roll back').click()
  await page
    .getByRole('dialog')
    .getByText(/^\+.*first-words/)
    .waitFor()
  await look('rollback')
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click()
  await page.getByText('Going back to revision 1').waitFor()
  const back = (await (await kube('GET', path)).json()) as {
    spec: { template: { spec: { containers: { command: string[] }[] } } }
  }
  assert.match(back.spec.template.spec.containers[0]!.command[2]!, /first-words/)
  assert.equal((await kube('DELETE', path)).status, 200)

  // What is stuck says what it waits for, and can be let go.
  const held = { ...second, metadata: { name: 'held', finalizers: ['story.example/hold'] } }
  assert.equal((await kube('POST', boat('').slice(0, -1), held)).status, 201)
  assert.equal((await kube('DELETE', boat('held'))).status, 200)
  await page.goto(`${url}${boats}/${space}/held`)
  await page.getByText(/It goes once these let go of it: story\.example\/hold/).waitFor()
  await button('Remove finalizers').click()
  await page.getByRole('dialog').getByRole('textbox').fill('held')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove finalizers' }).click()
  await page.getByText('This object is gone').waitFor()

  await page.goto(`${url}${boats}/${space}/second`)
  await button('Delete').click()
  const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' })
  assert.equal(await confirm.isDisabled(), true)
  await page.getByRole('dialog').getByRole('textbox').fill('second')
  await confirm.click()
  await page.getByRole('row', { name: /first/ }).waitFor()
  assert.equal((await kube('GET', boat('second'))).status, 404)
  await kube('DELETE', `/api/v1/namespaces/${space}/secrets/story`)
  await kube('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boats.story.example')
}

const editor = (page: Page): Locator => page.locator('.cm-content')

/** What the editor holds; it keeps only the lines in sight in the page, so the whole is asked of itself. */
const textOf = async (page: Page): Promise<string> => {
  await editor(page).waitFor()
  await page.locator('.cm-line').nth(3).waitFor()
  return page.evaluate<string>(`document.querySelector('.cm-content').cmTile.view.state.doc.toString()`)
}

/** Puts a text in place of all, as somebody who pastes it; the cursor stands behind `from` when given. */
async function replaceText(page: Page, text: string, { from }: { from?: string } = {}) {
  await editor(page).click()
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
  if (!from) return
  const offset = text.indexOf(from) + from.length
  await page.keyboard.press('Control+Home')
  const lines = text.slice(0, offset).split('\n')
  for (let i = 1; i < lines.length; i++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
}

export interface LittleStory {
  url: string
  user: string
  password: string
  project: string
  app: string
  /** Makes the user a member of the project. */
  enter: (role: 'viewer' | 'developer') => Promise<void>
}

/** Somebody without rights, then with few: what is forbidden is not offered, or says why. */
export async function seeLittle(page: Page, { url, user, password, project, app, enter }: LittleStory) {
  const button = (name: string | RegExp) => page.getByRole('button', { name })
  const refusal = page.getByText('Your role does not allow this.').first()
  await page.goto(url)
  await page.getByRole('textbox', { name: 'User' }).fill(user)
  await signIn(page, password)
  await page.goto(`${url}/cluster/kinds/nodes`)
  await page.getByRole('alert').waitFor()
  assert.match(await page.getByRole('alert').innerText(), /forbidden/i)
  assert.equal(await button('Try again').count(), 0, 'trying again would not help')
  await page.goto(`${url}/cluster/create`)
  await page.locator('.cm-content').waitFor()
  assert.equal(await button(/^(Delete|Scale)/).count(), 0)

  // Who may look looks, and is told what others may do.
  await enter('viewer')
  await page.goto(`${url}/projects/${project}/apps/${app}`)
  await page.getByText(/Release v1 answers/).waitFor()
  await page.locator('main table tbody tr').first().waitFor()
  for (const name of ['Scale', 'Build again', 'Roll back to this']) assert.equal(await button(name).count(), 0, name)
  await page.getByRole('tab', { name: 'Config' }).click()
  await refusal.waitFor()
  assert.equal(await page.locator('input[name=replicas]').isDisabled(), true)
  await page.getByRole('tab', { name: 'Settings' }).click()
  await refusal.waitFor()
  assert.equal(await button('Delete app').count(), 0)
  await page.goto(`${url}/projects/${project}/add`)
  await page.getByRole('link', { name: `Back to ${project}` }).waitFor()

  // Who may deploy has forms that are whole.
  await enter('developer')
  await page.goto(`${url}/projects/${project}/add/git`)
  await page.getByText('Answers HTTP on one port and has a route').waitFor()
  await page.goto(`${url}/projects/${project}/apps/${app}`)
  await button('Scale').waitFor()
}
