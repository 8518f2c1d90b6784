/** The functions of a world run in this process and log as they do on AWS: keeps that off the terminal. Answers how to end it. */
export const silence = (): (() => void) => {
  const spies = [
    jest.spyOn(console, 'log').mockImplementation(() => undefined),
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
};
