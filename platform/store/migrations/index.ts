/** All migrations, in order. A migration that has been released is never changed, moved or removed. */
import type { Migration } from '../migrate.ts'
import { platform } from './0001-platform.ts'
import { deviceData } from './0002-device-data.ts'
import { appliedSeeds } from './0003-applied-seeds.ts'
import { flowStorage } from './0004-flow-storage.ts'
import { triggeredRuns } from './0005-triggered-runs.ts'
import { coveringStates } from './0006-covering-states.ts'
import { recordedRuns } from './0007-recorded-runs.ts'
import { knownNetworks } from './0008-known-networks.ts'
import { runSizes } from './0009-run-sizes.ts'
import { foldCase } from './0010-fold-case.ts'
import { removedAttributes } from './0011-removed-attributes.ts'
import { keyAddresses } from './0012-key-addresses.ts'
import { keptDuplicates } from './0013-kept-duplicates.ts'
import { movedStates } from './0014-moved-states.ts'
import { systems } from './0015-systems.ts'
import { expiringValues } from './0016-expiring-values.ts'

export const migrations: readonly Migration[] = [
  platform,
  deviceData,
  appliedSeeds,
  flowStorage,
  triggeredRuns,
  coveringStates,
  recordedRuns,
  knownNetworks,
  runSizes,
  foldCase,
  removedAttributes,
  keyAddresses,
  keptDuplicates,
  movedStates,
  systems,
  expiringValues,
]
