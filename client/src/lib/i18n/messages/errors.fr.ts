import type { ErrorCode, ErrorDetails } from '#shared/contracts/errors.ts';

type Sentence = string | ((details: ErrorDetails) => string);

const wait = (details: ErrorDetails): number => Math.max(1, Number(details['retryAfterSeconds'] ?? 60));
const duration = (seconds: number): string => (seconds < 90 ? `${seconds} secondes` : `${Math.ceil(seconds / 60)} minutes`);

/** One sentence for each coded error: what happened and what to do. */
export const errors = {
  INVALID_INPUT: 'Certaines informations ne sont pas valables. Vérifiez-les et recommencez.',
  UNAUTHENTICATED: 'Votre session est terminée. Connectez-vous de nouveau.',
  FORBIDDEN: 'Vous n’avez pas accès à cette action.',
  ORIGIN_REFUSED: 'Cette demande ne vient pas de notre site. Rouvrez la page et recommencez.',
  NOT_FOUND: 'Ce que vous cherchez n’existe pas ou n’existe plus.',
  CONFLICT: 'La situation a changé entre-temps. Rechargez la page pour voir où elle en est.',
  RATE_LIMITED: (details) => `Trop d’essais en peu de temps. Réessayez dans ${duration(wait(details))}.`,
  INTERNAL: 'Une erreur est survenue de notre côté. Rien n’a été perdu ; réessayez dans un instant.',
  UNAVAILABLE: 'Pas de réponse du service. Vérifiez votre connexion, puis réessayez.',
  INVALID_CREDENTIALS: 'L’identifiant ou le mot de passe n’est pas le bon.',
  CODE_INVALID: 'Ce code n’est pas le bon. Vérifiez les six chiffres du dernier message reçu.',
  CODE_EXPIRED: 'Ce code n’est plus valable. Demandez-en un nouveau.',
  PASSWORD_TOO_WEAK: 'Ce mot de passe est trop facile à deviner. Choisissez-en un plus long ou moins courant.',
  DOCUMENT_NOT_FOUND: 'Cette carte grise est introuvable, ou elle n’est pas à vous.',
  DOCUMENT_STATE_CONFLICT: 'Cette carte grise a déjà changé d’étape. La page vient d’être mise à jour.',
  DOCUMENT_FIELD_INVALID: 'Cette valeur n’est pas valable. Recopiez exactement ce qui est imprimé.',
  DOCUMENT_FIELDS_MISSING: 'Il manque des informations obligatoires.',
  FILE_EMPTY: 'Ce fichier est vide. Choisissez une autre photographie.',
  FILE_TOO_LARGE: 'Cette photographie dépasse 12 Mo. Choisissez-en une plus légère.',
  FILE_TYPE_REFUSED: 'Ce fichier n’est pas une photographie JPEG, PNG ou WebP.',
  FILE_UNREADABLE: 'Cette photographie est abîmée et ne peut pas être ouverte. Reprenez-la.',
  FILE_TOO_MANY_PIXELS: 'Cette image est trop grande (plus de 40 millions de points). Prenez une photographie ordinaire.',
  TOO_MANY_PAGES: 'Trop de photographies ont été envoyées pour cette carte grise. Commencez un nouvel ajout.',
  VEHICLE_NOT_FOUND: 'Ce véhicule n’est pas dans votre liste.',
  PLATE_INVALID: 'Ce numéro d’immatriculation n’a pas une forme connue.',
  PLATE_ALREADY_REGISTERED: 'Ce numéro d’immatriculation est enregistré au nom de quelqu’un d’autre.',
  VIN_INVALID: 'Un numéro de châssis a exactement 17 caractères, sans I, O ni Q.',
  PAYMENT_NOT_FOUND: 'Ce paiement est introuvable, ou il n’est pas à vous.',
  PAYMENT_AMOUNT_CHANGED: 'Le montant a changé depuis l’affichage. Vérifiez le nouveau total avant de payer.',
  IDEMPOTENCY_CONFLICT: 'Cette demande de paiement a déjà servi pour autre chose. Rechargez la page et recommencez.',
  PHONE_INVALID: 'Ce numéro de téléphone n’est pas complet. Vérifiez-le.',
  PROVIDER_OFF: 'Ce moyen de paiement n’est pas disponible pour l’instant. Choisissez-en un autre.',
  TAX_NOT_PAYABLE: 'Il n’y a rien à payer ici pour ce véhicule.',
  TAX_ALREADY_PAID: 'Cette taxe est déjà payée. Rien ne vous a été débité.',
  TAX_BEING_PAID: 'Un paiement de cette taxe est déjà en cours. Attendez son résultat avant de recommencer.',
  RECEIPT_NOT_FOUND: 'Ce reçu est introuvable.',
  RECEIPT_NOT_READY: 'Le reçu est en préparation. Réessayez dans quelques secondes.',
  LINK_INVALID: 'Ce lien n’est pas complet, ou il a été modifié. Rouvrez-le depuis le message que vous avez reçu.',
  TOPIC_UNKNOWN: 'Cette information n’est pas suivie en direct.',
  TOPIC_FORBIDDEN: 'Cette page n’existe pas, ou elle n’est pas à vous.',
  TOO_MANY_SOCKETS: 'Vignette est ouvert dans trop de fenêtres. Fermez-en quelques-unes.',
  TOO_MANY_TOPICS: 'Trop d’informations sont suivies à la fois. Rechargez la page.',
} as const satisfies Record<ErrorCode, Sentence>;
