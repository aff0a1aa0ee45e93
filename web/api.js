// @ts-check
/** The browser's token, kept for this origin alone, and calls that carry it. No cookies: those go to every port of a host. */

const key = 'stint.token';

export const readToken = () => localStorage.getItem(key);

/** @param {string} token */
export const keepToken = (token) => localStorage.setItem(key, token);

export const forgetToken = () => localStorage.removeItem(key);

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body]
 * @returns {Promise<any>} the answer's body; throws an Error with the server's own sentence
 */
export const call = async (method, path, body) => {
  /** @type {Record<string, string>} */
  const headers = { authorization: `Bearer ${readToken() ?? ''}` };
  if (body) headers['content-type'] = 'application/json';
  const answer = await fetch(path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (answer.status === 401 && path !== '/api/sign-in') signInAgain();
  const data = answer.status === 204 ? undefined : await answer.json();
  if (!answer.ok) throw new Error(data.message);
  return data;
};

export const signInAgain = () => {
  forgetToken();
  location.replace('/sign-in');
};
