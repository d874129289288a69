import type { Route } from '@sampan/http/route'
import { droneRoutes } from '../drone-api/routes.ts'
import { appLogRoutes } from './app-logs.ts'
import { appRoutes } from './apps.ts'
import { certificateRoutes } from './certificates.ts'
import type { ApiContext } from './context.ts'
import { deployTokenRoutes } from './deploy-tokens.ts'
import { hookRoutes } from './hooks.ts'
import { kubeRoutes } from './kube.ts'
import { pipelineRoutes } from './pipelines.ts'
import { previewRoutes } from './previews.ts'
import { progressRoutes } from './progress.ts'
import { projectRoutes } from './projects.ts'
import { promotionRoutes } from './promotions.ts'
import { releaseRoutes } from './releases.ts'
import { secretRoutes } from './secrets.ts'
import { sessionRoutes } from './sessions.ts'
import { sourceRoutes } from './sources.ts'
import { systemRoutes } from './system.ts'
import { uploadRoutes } from './uploads.ts'
import { userRoutes } from './users.ts'

/** The platform's HTTP API, as docs/api.md lists it (a test compares the two). */
export const apiRoutes = (context: ApiContext): Route[] => [
  ...sessionRoutes(context),
  ...userRoutes(context),
  ...projectRoutes(context),
  ...appRoutes(context),
  ...certificateRoutes(context),
  ...releaseRoutes(context),
  ...appLogRoutes(context),
  ...progressRoutes(context),
  ...pipelineRoutes(context),
  ...promotionRoutes(context),
  ...secretRoutes(context),
  ...sourceRoutes(context),
  ...uploadRoutes(context),
  ...deployTokenRoutes(context),
  ...previewRoutes(context),
  ...hookRoutes(context),
  ...droneRoutes(context),
  ...systemRoutes(context),
  ...kubeRoutes(),
]
