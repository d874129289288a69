import { accountMessages } from './account.ts'
import { addMessages } from './add.ts'
import { appMessages } from './app.ts'
import { clusterMessages } from './cluster.ts'
import { columnMessages } from './column.ts'
import { commonMessages } from './common.ts'
import { configMessages } from './config.ts'
import { fieldMessages } from './field.ts'
import { homeMessages } from './home.ts'
import { logMessages } from './log.ts'
import { networkMessages } from './network.ts'
import { objectMessages } from './object.ts'
import { paletteMessages } from './palette.ts'
import { phaseMessages } from './phase.ts'
import { pipelineMessages } from './pipeline.ts'
import { platformMessages } from './platform.ts'
import { projectMessages } from './project.ts'
import { purposeMessages } from './purpose.ts'
import { releaseMessages } from './release.ts'
import { remedyMessages } from './remedy.ts'
import { settingsMessages } from './settings.ts'
import { shellMessages } from './shell.ts'
import { signInMessages } from './sign-in.ts'
import { stagedMessages } from './staged.ts'
import { stateMessages } from './state.ts'
import { terminalMessages } from './terminal.ts'
import { topologyMessages } from './topology.ts'
import { yamlMessages } from './yaml.ts'

/** The texts of every noun. A new noun is a file beside this one and a line here. */
export const allMessages = {
  ...accountMessages,
  ...addMessages,
  ...appMessages,
  ...clusterMessages,
  ...columnMessages,
  ...commonMessages,
  ...configMessages,
  ...fieldMessages,
  ...homeMessages,
  ...logMessages,
  ...networkMessages,
  ...objectMessages,
  ...paletteMessages,
  ...phaseMessages,
  ...pipelineMessages,
  ...platformMessages,
  ...projectMessages,
  ...purposeMessages,
  ...releaseMessages,
  ...remedyMessages,
  ...settingsMessages,
  ...shellMessages,
  ...signInMessages,
  ...stagedMessages,
  ...stateMessages,
  ...terminalMessages,
  ...topologyMessages,
  ...yamlMessages,
}
