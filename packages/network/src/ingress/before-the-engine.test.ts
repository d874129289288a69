import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareFolder } from './folder.ts'
import { luaModules } from './lua-modules.ts'
import { nginxConf } from './nginx-conf.ts'
import { nginxLab, noNginx } from './nginx-lab.ts'

test('an nginx that is asked before the engine ever spoke says 404, and no error', { skip: noNginx }, async () => {
  const lab = await nginxLab()
  try {
    const lua = await luaModules()
    await prepareFolder(lab.folder, nginxConf(lab.options, lua), lua, new Date())
    const nginx = await lab.run()
    for (const method of ['GET', 'POST', 'HEAD', 'PURGE']) {
      const answer = await fetch(`http://127.0.0.1:${lab.http}/some/path`, { method })
      assert.equal(answer.status, 404, method)
      await answer.text()
    }
    assert.equal(nginx.log, '')
  } finally {
    await lab.close()
  }
})
