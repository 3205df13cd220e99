import type { Translation } from '../translation.ts';
import type { home as fr } from './home.fr.ts';

export const home: Translation<typeof fr> = {
  title: 'Your vehicle’s tax begins with a photo.',
  lead: 'Photograph your registration certificate. You watch every detail being read, you check it, and your vehicle is registered.',
  start: 'Create my account',
  signIn: 'I have an account',
  goOn: 'See my vehicles',
  addOne: 'Add a vehicle',
  discTop: 'VEHICLE TAX',
  discBottom: 'OFFICIAL VIGNETTE',
  how: 'How it goes',
  steps: {
    photo: {
      title: 'You take a photo',
      text: 'The front, and the back if your certificate has one. The image is made lighter on your phone before it leaves: it gets through on a weak network.',
    },
    read: {
      title: 'You watch it being read',
      text: 'Your place in the queue, every step, every field as it is read, with how sure we are of it. Nothing is simulated.',
    },
    check: {
      title: 'You check and confirm',
      text: 'What is doubtful is marked; you correct it in place, looking at the very spot of the certificate. Nothing is registered before you agree.',
    },
  },
  specimenTitle: 'A certificate, read before your eyes',
  specimenText: 'Every detail bears the letter printed on the certificate, so that you can compare line by line.',
  specimen: 'Specimen',
  specimenAlt: 'Example of a reading: five fields of a certificate with how sure each is; the chassis number is to be checked.',
  promises: 'What you can expect',
  promise: {
    live: {
      title: 'Always live',
      text: 'What changes shows at once, on all your screens. Every page says whether it is up to date, and since when.',
    },
    resume: {
      title: 'Nothing is lost',
      text: 'The line goes down, the page is closed, another phone: you carry on where you were.',
    },
    plain: { title: 'Plain words', text: 'When something is wrong, you are told what, why, and what to do.' },
  },
  ticket: 'Take a ticket',
};
