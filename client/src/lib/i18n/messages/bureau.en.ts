import type { Translation } from '../translation.ts';
import type { bureau as fr } from './bureau.fr.ts';

export const bureau: Translation<typeof fr> = {
  name: 'Office',
  menu: 'Office menu',
  home: 'Office home',
  homeTitle: (name) => `Hello, ${name}`,
  homeLead: 'Choose what you want to do. Whatever changes shows up without reloading the page.',
  nothing: 'Your role does not open any page here yet.',
  role: { citizen: 'Citizen', agent: 'Agent', supervisor: 'Supervisor', administrator: 'Administrator', auditor: 'Auditor' },
  pages: {
    dashboard: { title: 'Dashboard', text: 'What is collected, awaited, on its way: live, down to the receipt.' },
    counter: { title: 'Counter', text: 'Call, serve, pass on: the line of the office, live.' },
    documents: { title: 'Cards to review', text: 'Compare doubtful registration cards with their photographs.' },
    alarms: { title: 'Alarms', text: 'What is past a threshold, live, who looks after it, and the rules.' },
    anomalies: { title: 'Anomalies', text: 'What looks wrong, with the reason: it is for you to settle.' },
    tills: { title: 'Tills', text: 'What each till should hold, differences, reports.' },
    reconciliation: { title: 'Reconciliation', text: 'Compare providers’ statements with our books, settle the differences.' },
    centre: { title: 'The office', text: 'Services, hours, priorities, the message on the hall’s screen.' },
    reports: { title: 'Reports', text: 'Daily, monthly, annual: have them made, download them.' },
    refunds: { title: 'Refunds', text: 'Propose, approve and follow what is paid back to people.' },
  },
  refusedTitle: 'This part is for staff only',
  refusedText:
    'Your account is a citizen’s. If you work in an office, ask your administrator to attach you to it, then sign in again.',
  refusedPageTitle: 'This page is not open to you',
  refusedPage: 'Your role does not open this page. If you need it, talk to your administrator.',
  refusedHome: 'Go to my vehicles',
};
