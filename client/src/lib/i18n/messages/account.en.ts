import type { Translation } from '../translation.ts';
import type { account as fr } from './account.fr.ts';

export const account: Translation<typeof fr> = {
  title: 'My account',
  who: 'Who you are',
  name: 'Name',
  email: 'E-mail address',
  phone: 'Phone',
  sessions: 'Devices signed in',
  sessionsText: 'If you do not recognise a device, sign it out and change your password.',
  current: 'This device',
  unknownAgent: 'Unknown device',
  on: (browser, system) => `${browser} on ${system}`,
  since: (date) => `Signed in since ${date}`,
  until: (date) => `until ${date}`,
  end: 'Sign out',
  endOf: (agent) => `Sign out: ${agent}`,
  ended: 'The device was signed out.',
  password: 'Change your password',
  currentPassword: 'Current password',
  nextPassword: 'New password',
  passwordNote: 'Your other devices will be signed out.',
  passwordAction: 'Change the password',
  passwordChanged: 'Your password is changed. Your other devices were signed out.',
  currentWrong: 'This is not your current password.',
  signOut: 'Sign out of this device',
};
