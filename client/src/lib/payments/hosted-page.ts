const STORED = 'vignette-to-page';

/** This tab has ordered a payment on a page of the provider's: it is to be sent there once that page is known. */
export function sendToPage(paymentId: string): void {
  try {
    sessionStorage.setItem(STORED, paymentId);
  } catch {
    // Without a store the person presses the link.
  }
}

/**
 * Whether this tab is to be sent to the provider's page now: once for each order, so that who comes back from there is not sent there
 * again, and who opens the payment in another tab is asked.
 */
export function takeToPage(paymentId: string): boolean {
  try {
    if (sessionStorage.getItem(STORED) !== paymentId) return false;
    sessionStorage.removeItem(STORED);
    return true;
  } catch {
    return false;
  }
}
