/**
 * Every error a client can be told of: its code, and the HTTP status it answers with.
 * The sentence people read is the message catalogue's (`errors.<CODE>`); `details` holds only what that sentence needs.
 */
export const ERROR_STATUS = {
  INVALID_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  ORIGIN_REFUSED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  /* identity */
  INVALID_CREDENTIALS: 401,
  CODE_INVALID: 400,
  CODE_EXPIRED: 400,
  PASSWORD_TOO_WEAK: 400,
  SECOND_FACTOR_REQUIRED: 403,
  SECOND_FACTOR_INVALID: 400,
  SECOND_FACTOR_USED: 400,
  SECOND_FACTOR_NOT_BEGUN: 409,
  STEP_UP_REQUIRED: 403,
  /* documents */
  DOCUMENT_NOT_FOUND: 404,
  DOCUMENT_STATE_CONFLICT: 409,
  DOCUMENT_FIELD_INVALID: 400,
  DOCUMENT_FIELDS_MISSING: 400,
  FILE_EMPTY: 400,
  FILE_TOO_LARGE: 413,
  FILE_TYPE_REFUSED: 415,
  FILE_UNREADABLE: 422,
  FILE_TOO_MANY_PIXELS: 422,
  TOO_MANY_PAGES: 409,
  /* reviews */
  REVIEW_NONE_LEFT: 404,
  REVIEW_NOT_FOUND: 404,
  REVIEW_HELD: 409,
  REVIEW_LOST: 409,
  REVIEW_DONE: 409,
  REVIEW_OWN_DOCUMENT: 403,
  REVIEW_OF_CLAIM: 409,
  /* vehicles */
  VEHICLE_NOT_FOUND: 404,
  PLATE_INVALID: 400,
  PLATE_ALREADY_REGISTERED: 409,
  VIN_INVALID: 400,
  CLAIM_NOT_FOUND: 404,
  CLAIM_STATE_CONFLICT: 409,
  CLAIM_OWN: 403,
  /* transfers */
  TRANSFER_NOT_FOUND: 404,
  TRANSFER_CODE_INVALID: 404,
  TRANSFER_OWN_VEHICLE: 409,
  TRANSFER_STATE_CONFLICT: 409,
  /* account */
  ACCOUNT_PAYMENT_UNDER_WAY: 409,
  ACCOUNT_OF_STAFF: 403,
  EXPORT_NOT_READY: 404,
  /* payments */
  PAYMENT_NOT_FOUND: 404,
  PAYMENT_NOT_CANCELLABLE: 409,
  PAYMENT_AMOUNT_CHANGED: 409,
  IDEMPOTENCY_CONFLICT: 409,
  PHONE_INVALID: 400,
  PROVIDER_OFF: 503,
  TAX_NOT_PAYABLE: 409,
  TAX_ALREADY_PAID: 409,
  TAX_BEING_PAID: 409,
  RECEIPT_NOT_FOUND: 404,
  RECEIPT_NOT_READY: 503,
  /* notices */
  LINK_INVALID: 400,
  /* offices */
  OFFICE_NOT_FOUND: 404,
  SERVICE_NOT_FOUND: 404,
  TICKET_NOT_FOUND: 404,
  TICKET_STATE_CONFLICT: 409,
  TICKET_OF_ANOTHER: 409,
  TICKET_PASS_INVALID: 403,
  HOURS_OVERLAP: 400,
  APPOINTMENT_NOT_FOUND: 404,
  APPOINTMENT_STATE_CONFLICT: 409,
  APPOINTMENT_EXISTS: 409,
  APPOINTMENT_OTHER_DAY: 409,
  SLOT_NOT_FOUND: 404,
  SLOT_FULL: 409,
  COUNTER_CLOSED: 409,
  COUNTER_TAKEN: 409,
  AGENT_BUSY: 409,
  AGENT_NOT_FOUND: 404,
  /* refunds */
  REFUND_NOT_FOUND: 404,
  REFUND_NOT_POSSIBLE: 409,
  REFUND_AMOUNT_CHANGED: 409,
  REFUND_STATE_CONFLICT: 409,
  REFUND_REFERENCE_USED: 409,
  REFUND_SAME_PERSON: 403,
  REFUND_OWN_PAYMENT: 403,
  /* tills */
  TILL_NOT_FOUND: 404,
  TILL_NOT_OPEN: 409,
  TILL_OPEN_ALREADY: 409,
  TILL_VARIANCE_UNEXPLAINED: 409,
  TILL_COUNTS_DIFFER: 409,
  TILL_CASH_SHORT: 409,
  TILL_OWN: 403,
  TILL_NOTED_ALREADY: 409,
  TILL_NOTHING_TO_NOTE: 409,
  CASH_NOT_OURS: 400,
  CASH_TOO_LITTLE: 409,
  TAX_HELD_BY_ORDER: 409,
  /* alarms */
  ALARM_NOT_FOUND: 404,
  ALARM_CLOSED: 409,
  ALARM_WORSE: 409,
  ALARM_ACKNOWLEDGED: 409,
  ALARM_RULE_NOT_FOUND: 404,
  ALARM_RULE_CHANGED: 409,
  ALARM_RULE_INVALID: 400,
  ANOMALY_NOT_FOUND: 404,
  ANOMALY_SETTLED: 409,
  ANOMALY_OWN: 403,
  /* reconciliation */
  RECONCILIATION_NOT_FOUND: 404,
  DIFFERENCE_NOT_FOUND: 404,
  DIFFERENCE_STATE_CONFLICT: 409,
  DIFFERENCE_SAME_PERSON: 403,
  DIFFERENCE_AMOUNT_CHANGED: 409,
  DIFFERENCE_WITHOUT_AMOUNT: 409,
  /* reports */
  REPORT_NOT_FOUND: 404,
  REPORT_PERIOD_AHEAD: 400,
  REPORT_SCOPE_UNKNOWN: 404,
  REPORT_STATE_CONFLICT: 409,
  REPORT_NOT_READY: 409,
  REPORT_LINK_EXPIRED: 410,
  REPORT_GONE: 410,
  /* live */
  TOPIC_UNKNOWN: 404,
  TOPIC_FORBIDDEN: 403,
  TOO_MANY_SOCKETS: 429,
  TOO_MANY_TOPICS: 429,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;
export type ErrorDetails = Record<string, string | number | boolean | null | readonly string[]>;

/** What a client receives when a request or a command fails. `incident` is set for unknown faults only: the code to quote to support. */
export interface ErrorBody {
  code: ErrorCode;
  details?: ErrorDetails;
  incident?: string;
}

/** A failure that has a name. Everything else that is thrown is a fault: logged with an incident code, answered as INTERNAL. */
export class AppError extends Error {
  override readonly name = 'AppError';
  constructor(
    readonly code: ErrorCode,
    readonly details?: ErrorDetails,
    options?: ErrorOptions,
  ) {
    super(code, options);
  }
  get status(): number {
    return ERROR_STATUS[this.code];
  }
  toBody(): ErrorBody {
    return this.details ? { code: this.code, details: this.details } : { code: this.code };
  }
}
