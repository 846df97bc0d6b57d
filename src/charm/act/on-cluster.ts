// What does the steps about members, their data and alarms. Access control is switched on by access.ts.

import type { ByKind } from '../by-kind.ts'
import type { AuthenticationRecord, AlarmStep, DataStep, MemberStep } from '../step.ts'
import { actOnAlarm } from './alarm.ts'
import { claimData, noteDoubt } from './claim-data.ts'
import { actOnMembers } from './members.ts'
import { recordStorage } from './record-storage.ts'
import { resumeData } from './resume-data.ts'
import { setDataAside } from './set-data-aside.ts'
import { recordLoaded } from './start-record.ts'

export const onCluster: ByKind<(DataStep | MemberStep | AlarmStep | AuthenticationRecord)['kind']> = {
  'storage/record': (_charm, _observed, { record }) => recordStorage(record),
  'data/set-aside': ({ now }) => setDataAside(now),
  'data/resume': (_charm, observed, step) => resumeData(observed, step),
  'data/claim': (_charm, _observed, { claim }) => claimData(claim),
  'data/doubt': (_charm, _observed, { doubt }) => noteDoubt(doubt),
  'member/add': ({ deadline }, observed, step) => actOnMembers(observed, step, deadline),
  'member/update': ({ deadline }, observed, step) => actOnMembers(observed, step, deadline),
  'member/promote': ({ deadline }, observed, step) => actOnMembers(observed, step, deadline),
  'member/remove': ({ deadline }, observed, step) => actOnMembers(observed, step, deadline),
  'alarm/disarm': (_charm, observed, step) => actOnAlarm(observed, step),
  'auth/record': (_charm, _observed, { loaded }) => recordLoaded(loaded),
}
