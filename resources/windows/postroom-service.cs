// The Windows service that runs Postroom: service control manager <-> one child process.
//
// `postroom service install` compiles it with the compiler that every Windows has (.NET Framework 4, C# 5), so that no binary of
// others is needed. Its arguments, as the service's ImagePath has them: LOG-FILE PROGRAM [ARGUMENT]...
// Stopping closes the child's standard input, which asks it to finish; if this process dies the same happens by itself. A child
// that ends by itself ends the service with its exit code, and the recovery actions of the service start it again.
using System;
using System.Diagnostics;
using System.IO;
using System.ServiceProcess;
using System.Text;

public sealed class PostroomService : ServiceBase
{
    const int StopLimitMs = 30000;
    const long LargestLogOctets = 10 * 1024 * 1024;
    const int KeptLogs = 5;
    // ERROR_PROCESS_ABORTED, where the child's own code would read as success.
    const int ProcessAborted = 1067;

    readonly string[] command;
    readonly object gate = new object();
    Process child;
    StreamWriter log;
    volatile bool isStopping;

    PostroomService(string[] command)
    {
        this.command = command;
        ServiceName = "Postroom";
        CanShutdown = true;
    }

    public static void Main(string[] arguments)
    {
        Run(new PostroomService(arguments));
    }

    protected override void OnStart(string[] ignored)
    {
        OpenLog();
        var start = new ProcessStartInfo(command[1], Join(command, 2));
        start.UseShellExecute = false;
        start.CreateNoWindow = true;
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.StandardOutputEncoding = Encoding.UTF8;
        start.StandardErrorEncoding = Encoding.UTF8;
        child = new Process();
        child.StartInfo = start;
        child.EnableRaisingEvents = true;
        child.OutputDataReceived += delegate(object sender, DataReceivedEventArgs line) { Write(line.Data); };
        child.ErrorDataReceived += delegate(object sender, DataReceivedEventArgs line) { Write(line.Data); };
        child.Exited += delegate { ChildEnded(); };
        child.Start();
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
    }

    protected override void OnStop()
    {
        isStopping = true;
        if (child == null) return;
        try { child.StandardInput.Close(); } catch (IOException) { }
        if (!child.WaitForExit(StopLimitMs))
        {
            Write("did not stop in time");
            child.Kill();
        }
        AwaitLastLines();
    }

    protected override void OnShutdown()
    {
        OnStop();
    }

    // The service control manager restarts a service whose process ends without having said that it stopped.
    void ChildEnded()
    {
        if (isStopping) return;
        AwaitLastLines();
        int code = child.ExitCode == 0 ? 0 : ProcessAborted;
        Write("the server ended with " + child.ExitCode);
        if (code == 0) Stop();
        else Environment.Exit(code);
    }

    // Only the wait without a limit returns after the last of the child's output was read; the child has ended before it.
    void AwaitLastLines()
    {
        child.WaitForExit();
    }

    void Write(string line)
    {
        if (line == null) return;
        lock (gate)
        {
            if (log.BaseStream.Length > LargestLogOctets) Rotate();
            log.WriteLine(line);
        }
    }

    void OpenLog()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(command[0]));
        var file = new FileStream(command[0], FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        log = new StreamWriter(file, new UTF8Encoding(false));
        log.AutoFlush = true;
    }

    void Rotate()
    {
        log.Dispose();
        File.Delete(command[0] + "." + KeptLogs);
        for (int number = KeptLogs - 1; number >= 1; number--)
            if (File.Exists(command[0] + "." + number))
                File.Move(command[0] + "." + number, command[0] + "." + (number + 1));
        File.Move(command[0], command[0] + ".1");
        OpenLog();
    }

    // As CommandLineToArgvW reads it: a quote needs a backslash, and so do the backslashes before one.
    static string Join(string[] arguments, int from)
    {
        var line = new StringBuilder();
        for (int at = from; at < arguments.Length; at++)
        {
            if (at > from) line.Append(' ');
            Quote(line, arguments[at]);
        }
        return line.ToString();
    }

    static void Quote(StringBuilder line, string argument)
    {
        line.Append('"');
        int backslashes = 0;
        foreach (char letter in argument)
        {
            if (letter == '\\') { backslashes++; continue; }
            line.Append('\\', letter == '"' ? backslashes * 2 + 1 : backslashes);
            backslashes = 0;
            line.Append(letter);
        }
        line.Append('\\', backslashes * 2).Append('"');
    }
}
