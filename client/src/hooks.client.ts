import type { HandleClientError } from '@sveltejs/kit';
import { toAppError } from '$lib/api.ts';

/** What a page's load throws keeps its name, so that the error page can say what happened. */
export const handleError: HandleClientError = ({ error, status }) => {
  const code = status === 404 ? 'NOT_FOUND' : toAppError(error).code;
  if (code === 'INTERNAL') console.error(error);
  return { message: code, code };
};
