// A notebook controller over a real ipykernel, which does to cells what the Jupyter extension does: number first,
// outputs as they come, the time of the end. Test-only.
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import * as vscode from 'vscode';

const kernels = new Map();

class Kernel {
  constructor(file) {
    const python = process.env.LOOPWRIGHT_TEST_KERNEL_PYTHON ?? 'python3';
    this.child = spawn(python, [join(import.meta.dirname, 'kernel.py'), file], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.tell = () => undefined;
    createInterface({ input: this.child.stdout }).on('line', (line) => this.tell(JSON.parse(line)));
  }

  execute(code, tell) {
    return new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.tell = (message) => (message.kind === 'done' ? resolve(message) : tell(message));
      this.child.stdin.write(`${JSON.stringify(code)}\n`);
    });
  }

  interrupt() {
    this.child.kill('SIGINT');
  }

  end() {
    this.child.stdin.end();
  }
}

function itemsOf(data) {
  return Object.entries(data).map(([mime, text]) => {
    const bytes = /^image\/(?!svg)/.test(mime) ? Buffer.from(text, 'base64') : Buffer.from(text);
    return new vscode.NotebookCellOutputItem(bytes, mime);
  });
}

async function execute(controller, cell) {
  const file = cell.notebook.uri.fsPath;
  const kernel = kernels.get(file) ?? new Kernel(file);
  kernels.set(file, kernel);
  const execution = controller.createNotebookCellExecution(cell);
  execution.start(Date.now());
  await execution.clearOutput();
  let stream = null;
  const add = (items, metadata) => {
    const output = new vscode.NotebookCellOutput(items, metadata);
    void execution.appendOutput(output);
    return output;
  };
  const done = await kernel.execute(cell.document.getText(), ({ kind, ...message }) => {
    if (kind === 'input') execution.executionOrder = message.count;
    else if (kind === 'clear') void execution.clearOutput();
    else if (kind === 'stream') {
      const item = vscode.NotebookCellOutputItem[message.name](message.text);
      if (stream?.name === message.name) void execution.appendOutputItems(item, stream.output);
      else stream = { name: message.name, output: add([item], { outputType: 'stream' }) };
      return;
    } else if (kind === 'error') {
      const error = { name: message.name, message: message.value, stack: message.traceback };
      add([vscode.NotebookCellOutputItem.error(error)], { outputType: 'error' });
    } else add(itemsOf(message.data), { outputType: kind });
    stream = null;
  });
  execution.end(done?.ok ?? undefined, Date.now());
}

export function activate(context) {
  const controller = vscode.notebooks.createNotebookController('test-kernel', 'jupyter-notebook', 'Test Kernel');
  controller.supportedLanguages = ['python'];
  controller.supportsExecutionOrder = true;
  controller.executeHandler = async (cells) => {
    for (const cell of cells) await execute(controller, cell);
  };
  controller.interruptHandler = (notebook) => kernels.get(notebook.uri.fsPath)?.interrupt();
  const restart = vscode.commands.registerCommand('testKernel.restart', () => {
    for (const kernel of kernels.values()) kernel.end();
    kernels.clear();
  });
  const prefer = (notebook) => controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
  vscode.workspace.notebookDocuments.forEach(prefer);
  const rename = vscode.commands.registerCommand('testKernel.rename', async () => {
    const { uri } = vscode.window.activeNotebookEditor.notebook;
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(uri, vscode.Uri.joinPath(uri, '..', 'renamed.ipynb'));
    await vscode.workspace.applyEdit(edit);
  });
  context.subscriptions.push(controller, restart, rename, vscode.workspace.onDidOpenNotebookDocument(prefer));
}

export function deactivate() {
  for (const kernel of kernels.values()) kernel.end();
}
